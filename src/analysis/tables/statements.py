"""Row model of financial statements: the same for a firm's ledger and the efficiency chapter."""

from __future__ import annotations

from typing import Literal

from analysis.tables.columns import Count, Identifier, Quarter, Whole, column, money
from analysis.tables.rows import Row


class FinStatementRow(Row):
    """Income, balance sheet and cash flow of one company in one quarter, in smallest coins.

    Costs, losses and charges are positive; a ladder subtracts them. Cash flows bear their sign.
    """

    company_id: Identifier = column("key together with period and basis", "empresa id_empresa")
    period: Quarter = column("quarter: 2006Q1", "quarter periodo trimestre", period=True)
    basis: Literal["discrete", "ytd"] = column(
        "flows of the quarter alone, or from 1 January to its end",
        "base",
        values={"trimestral": "discrete", "acumulado": "ytd"},
    )
    sales: Count = money("net sales", "ventas ingresos przychody_ze_sprzedazy")
    cogs: Count = money("cost of goods and services sold", "costo_de_ventas koszt_wlasny_sprzedazy")
    selling: Count = money("selling cost", "gastos_de_ventas koszty_sprzedazy")
    admin: Count = money(
        "administration cost",
        "gastos_administrativos gastos_de_administracion koszty_ogolnego_zarzadu",
    )
    other_op_income: Count = money(
        "other operating income", "otros_ingresos_operativos pozostale_przychody_operacyjne"
    )
    other_op_cost: Count = money(
        "other operating cost", "otros_gastos_operativos pozostale_koszty_operacyjne"
    )
    fin_income: Count = money("financial income", "ingresos_financieros przychody_finansowe")
    fin_cost: Count = money(
        "financial cost, interest among it", "gastos_financieros koszty_finansowe"
    )
    extra_gain: Count = money("extraordinary gains", "ingresos_extraordinarios zyski_nadzwyczajne")
    extra_loss: Count = money("extraordinary losses", "gastos_extraordinarios straty_nadzwyczajne")
    income_tax: Whole = money(
        "income tax; negative for a credit", "impuesto_a_la_renta podatek_dochodowy"
    )
    other_charges: Whole = money("other charges on profit", "otros_cargos")
    total_assets: Count = money(
        "total assets at the end of the period", "activo_total total_activos aktywa_razem"
    )
    fixed_assets: Count = money("fixed assets at the end", "activo_fijo aktywa_trwale")
    receivables: Count = money("receivables at the end", "cuentas_por_cobrar naleznosci")
    inventories: Count = money("inventories at the end", "inventarios existencias zapasy")
    cash: Count = money("cash at the end", "efectivo caja srodki_pieniezne")
    equity: Whole = money("equity at the end; may be negative", "patrimonio kapital_wlasny")
    interest_debt: Count = money(
        "interest-bearing debt at the end", "deuda_financiera deuda_con_intereses"
    )
    cfo: Whole = money("net cash flow from operations", "flujo_operativo")
    cfi: Whole = money("net cash flow from investing", "flujo_inversion")
    cff: Whole = money("net cash flow from financing", "flujo_financiamiento")
