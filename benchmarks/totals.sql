-- All measures by month, service type and segment, as `analysis kpis` sums them. Sales to new customers
-- are known from the fifth quarter on.
create temp table kind as
  select s.service_id, s.customer_id, s.service_type as t, c.segment as g
  from service s left join customer c using (customer_id);
create temp table line as
  select 12 * year(invoiced_on) + month(invoiced_on) - 1 as m, amount_centimos as a, invoice_id, k.customer_id as c, k.t, k.g
  from sale left join kind k using (service_id);
create temp table bought as
  select c, m // 3 as q, min(m) as m from line group by 1, 2;
with spent as (
  select service_id, sum(amount_centimos) as spent from cost group by 1),
done as (
  select 12 * year(completed_on) + month(completed_on) - 1 as m, s.service_type as t, g, count(*) as services,
    sum(completed_on - requested_on) as cycle_days, sum(started_on - requested_on) as waiting_days,
    sum(completed_on - started_on) as working_days, count(*) filter (completed_on <= due_on) as on_time,
    count(*) filter (completed_on <= due_on and budget_centimos >= coalesce(spent, 0)) as on_time_in_budget
  from service s join (select customer_id, segment as g from customer) using (customer_id)
    left join service_budget using (service_id) left join spent using (service_id)
  group by all),
paid as (
  select 12 * year(incurred_on) + month(incurred_on) - 1 as m, t, g,
    coalesce(sum(amount_centimos) filter (category in ('materials', 'labour')), 0) as direct_cost, sum(amount_centimos) as operating_cost
  from cost left join kind using (service_id)
  where category in ('materials', 'labour', 'selling', 'admin', 'other_operating') group by all),
asked as (
  select 12 * year(answered_on) + month(answered_on) - 1 as m, t, g, count(*) as answers, count(*) filter (score >= 4) as satisfied
  from survey_response left join kind using (service_id) group by all),
old as (
  select distinct b.c, b.q from bought b join bought e on b.c = e.c and e.q between b.q - 4 and b.q - 1),
sold as (
  select m, t, g, sum(a) as sales, case when m // 3 >= (select min(q) from bought) + 4
    then coalesce(sum(a) filter (where old.q is null), 0) end as new_customer_sales
  from line left join old on line.c = old.c and line.m // 3 = old.q group by m, t, g),
bills as (select m, count(*) as invoices from (select invoice_id, min(m) as m from line where a > 0 group by 1) group by 1),
seen as (
  select 'active_customers_1' as measure, m, count(distinct c) as value from line where a > 0 group by 1, 2
  union all select 'active_customers', m, count(*) from (select c, min(m) as m from line where a > 0 group by c, m // 3) group by 2
  union all select 'active_customers_6', m, count(*) from (select c, min(m) as m from line where a > 0 group by c, m // 6) group by 2
  union all select 'active_customers_12', m, count(*) from (select c, min(m) as m from line where a > 0 group by c, m // 12) group by 2),
worked as (select 12 * left(month, 4)::int + right(month, 2)::int - 1 as m, sum(quarter_hours) as value from staff_hours group by 1)
select m, t, g, measure, value::bigint as value from (
  unpivot done on services, cycle_days, waiting_days, working_days, on_time, on_time_in_budget into name measure value value)
union all select m, t, g, measure, value from (unpivot paid on direct_cost, operating_cost into name measure value value)
union all select m, t, g, measure, value from (unpivot asked on answers, satisfied into name measure value value)
union all select m, t, g, measure, value from (unpivot sold on sales, new_customer_sales into name measure value value)
union all select m, 'all', 'all', 'invoices', invoices from bills
union all select m, 'all', 'all', measure, value from seen
union all select m, 'all', 'all', 'hours', value from worked
