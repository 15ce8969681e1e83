"""Row models of the tables that the whole method needs: targets, statements, staff, check-ins."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, model_validator

from analysis.tables.columns import (
    YES_NO,
    Count,
    Day,
    DayOrNone,
    DecimalOrEmpty,
    Identifier,
    IdentifierOrEmpty,
    Number,
    NumberOrEmpty,
    Quarter,
    Text,
    column,
    hours,
    money,
)
from analysis.tables.rows import Row, Table
from analysis.tables.statements import FinStatementRow

YesNo = Literal["yes", "no"]


class ObjectiveRow(Row):
    """An objective of the strategy."""

    objective_id: Identifier = column("key", "id id_objetivo")
    perspective: Literal["Financial", "Customer", "Internal processes", "People"] = column(
        "Balanced Scorecard perspective",
        "perspectiva",
        values={
            "financiera": "Financial",
            "cliente": "Customer",
            "clientes": "Customer",
            "procesos_internos": "Internal processes",
            "personas": "People",
            "aprendizaje_y_crecimiento": "People",
        },
    )
    text: Text = column("the objective, shortened from the print", "texto objetivo")
    place: str = column("where it is printed, or who decided on it", "lugar fuente")
    weight: Number = column("share of the joint score; all add up to 1", "peso")


class KeyResultRow(Row):
    """A key result, or the target that an objective's own sentence names (headline)."""

    in_order = (("starts_on", "ends_on"),)

    kr_id: Identifier = column("key", "id id_kr")
    objective_id: Identifier = column(
        "references objective", "objetivo id_objetivo", references="objectives"
    )
    role: Literal["headline", "key result"] = column(
        "a headline is scored and shown but carries no weight",
        "rol",
        values={"titular": "headline", "resultado_clave": "key result"},
    )
    kpi: Identifier = column(
        "key of the indicator in the catalogue", "indicador", references="indicator"
    )
    text: Text = column("the key result, shortened from the print", "texto resultado_clave")
    claim_id: IdentifierOrEmpty = column(
        "claim that prints its formula, empty if none does", references="claim"
    )
    owner: Text = column("who answers for it (an assumption where none is printed)", "responsable")
    weight: Number = column("share within its objective; key results add up to 1", "peso")
    ambition: Literal["committed", "stretch"] = column(
        "whether all of the target is expected, or commit of the way is good",
        "ambicion",
        values={"comprometido": "committed", "ambicioso": "stretch"},
    )
    commit: Number = column("part of the way to the target that is the least expected", "minimo")
    baseline: NumberOrEmpty = column(
        "starting level if it is given; empty: from the rows", "linea_base"
    )
    starts_on: Day = column("first day of its period", "inicio fecha_inicio")
    ends_on: Day = column("last day of its period", "fin fecha_fin")

    @model_validator(mode="after")
    def _levels_make_sense(self) -> KeyResultRow:
        if not 0 < Fraction(self.commit) <= 1:
            raise ValueError("commit: must be above 0 and at most 1")
        if (self.ambition == "committed") != (Fraction(self.commit) == 1):
            raise ValueError("commit: is 1 for committed key results, and less for stretch ones")
        if Fraction(self.weight) < 0:
            raise ValueError("weight: must not be below 0")
        return self


class TargetRow(Row):
    """One printed target of a key result; several for one are readings of it."""

    target_id: Identifier = column("key", "id id_meta")
    kr_id: Identifier = column("references key_result", "id_kr", references="key_results")
    kpi: Identifier = column(
        "key of the indicator that the target is read to mean", "indicador", references="indicator"
    )
    claim_id: IdentifierOrEmpty = column(
        "claim that prints it; empty for one of your own", references="claim"
    )
    kind: Literal["relative", "points", "level"] = column(
        "amount is a share of the baseline, percentage points, or the level itself",
        "tipo",
        values={
            "relativa": "relative",
            "relativo": "relative",
            "puntos": "points",
            "nivel": "level",
        },
    )
    rule: Literal["at least", "more than", "at most", "within"] = column(
        "how it is met",
        "regla",
        values={
            "al_menos": "at least",
            "mas_de": "more than",
            "como_maximo": "at most",
            "entre": "within",
        },
    )
    amount: Number = column("per cent, points, or units of the indicator", "cantidad meta")
    upper: NumberOrEmpty = column("upper end, for targets within a band", "maximo")
    months: Annotated[int, Field(ge=0, le=1200)] = column(
        "0: over the whole period; otherwise a rate per this many months", "meses"
    )
    default: YesNo = column(
        "whether it is used where several are printed", "por_defecto", values=YES_NO
    )
    axis: str = column("reading of case.yaml that decides on it; empty if none does")
    option: str = column("option of that reading under which it holds")
    reading: Text = column("how the print is read here, or the target in words", "lectura")

    @model_validator(mode="after")
    def _amounts_make_sense(self) -> TargetRow:
        if self.kind != "level" and Fraction(self.amount) == 0 and not self.upper:
            raise ValueError("amount: a change of 0 makes the target equal to its baseline")
        if (self.rule == "within") != bool(self.upper):
            raise ValueError("upper: is needed for targets within a band, and only for those")
        if self.upper and Fraction(self.upper) <= Fraction(self.amount):
            raise ValueError("upper: the band's upper end must be above its lower end")
        return self


class LinkRow(Row):
    """One arrow of the strategy map: a hypothesis on cause and effect."""

    link_id: Identifier = column("key", "id")
    cause: Identifier = column("indicator at its tail", "causa", references="indicator")
    effect: Identifier = column("indicator at its head", "efecto", references="indicator")
    sign: Literal["+", "-"] = column("whether the levels move together or against", "signo")
    lag_quarters: Annotated[int, Field(ge=0, le=400)] = column(
        "quarters from cause to effect (an assumption)", "retraso_trimestres"
    )
    rationale: Text = column("why, in our words", "razon")
    place: str = column("section of the publication, or occasion, it rests on", "lugar fuente")
    quotation: str = column("short verbatim quotation; empty in a case of your own", "cita")


class VariableRow(Row):
    """A variable of the diagnosis and the part it plays (4.4.1)."""

    variable_id: Identifier = column("key", "id")
    name: Text = column("what it is", "nombre")
    role: Literal["dependent", "independent", "context"] = column(
        "explained, explaining, or given",
        "rol",
        values={"dependiente": "dependent", "independiente": "independent", "contexto": "context"},
    )
    source: str = column("column or indicator that measures it, empty if none does", "fuente")
    explains: IdentifierOrEmpty = column(
        "indicator that it is taken to explain, for independents", "explica", references="indicator"
    )


class MethodRow(Row):
    """A method of the publication, as a box of its figure of methodologies (4.1 to 4.3)."""

    method_id: Identifier = Field(description="key")
    step: int = Field(
        ge=1, le=100, description="place from left to right; boxes of a step stand together"
    )
    name: Text = Field(description="what the box is called")
    text: Text = Field(description="what it stands for, in our words")
    place: Text = Field(description="section of the publication it rests on")
    leads_to: str = Field(description="keys of the boxes that its arrows lead to, spaced")
    label: str = Field(description="what its first arrow passes on; may be empty")
    quotation: Text = Field(description="short verbatim quotation")


class CostRow(Row):
    """A cost."""

    cost_id: Identifier = column("key", "id_costo id_gasto costo")
    incurred_on: Day = column(
        "day; decides the period", "date fecha fecha_costo fecha_gasto", period=True
    )
    category: Literal[
        "materials", "labour", "selling", "admin", "other_operating", "financial", "tax"
    ] = column(
        "kind of cost",
        "categoria rubro",
        values={
            "materiales": "materials",
            "mano_de_obra": "labour",
            "labor": "labour",
            "ventas": "selling",
            "administracion": "admin",
            "administration": "admin",
            "otros_operativos": "other_operating",
            "financieros": "financial",
            "impuestos": "tax",
        },
    )
    amount_centimos: Count = money(
        "amount in céntimos", "monto_centimos importe_centimos", larger="amount monto importe"
    )
    service_id: IdentifierOrEmpty = column(
        "references service; empty for what belongs to no service",
        "id_servicio codigo_servicio servicio",
        references="service",
    )


class ServiceBudgetRow(Row):
    """What a service was to cost."""

    service_id: Identifier = column(
        "key; references service", "id_servicio codigo_servicio servicio", references="service"
    )
    budget_centimos: Count = money(
        "budgeted materials and labour, in céntimos",
        "presupuesto_centimos",
        larger="budget presupuesto",
    )


class StaffRow(Row):
    """A member of staff."""

    in_order = (("hired_on", "left_on"),)

    staff_id: Identifier = column("key", "id_empleado empleado id_trabajador trabajador")
    role: Text = column("technician or office", "cargo puesto rol")
    hired_on: Day = column("first day", "fecha_ingreso ingreso")
    left_on: DayOrNone = column(
        "last day; empty while employed", "fecha_salida fecha_cese salida cese"
    )


class TrainingRow(Row):
    """One member of staff at one training."""

    training_id: Identifier = column("key", "id_capacitacion capacitacion")
    staff_id: Identifier = column(
        "references staff", "id_empleado empleado id_trabajador trabajador", references="staff"
    )
    held_on: Day = column("day", "date fecha fecha_capacitacion", period=True)
    quarter_hours: Count = hours("length in units of 15 minutes")
    certified: YesNo = column(
        "whether it ended with a certificate", "certificado certificada", values=YES_NO
    )


class StaffSurveyRow(Row):
    """One answer of staff."""

    response_id: Identifier = column("key", "id_respuesta respuesta")
    staff_id: Identifier = column(
        "references staff", "id_empleado empleado id_trabajador trabajador", references="staff"
    )
    answered_on: Day = column(
        "day of the answer; decides the quarter", "date fecha fecha_respuesta", period=True
    )
    score: Annotated[int, Field(ge=1, le=5)] = column(
        "1 (very dissatisfied) to 5 (very satisfied); 4 and 5 count as satisfied",
        "puntaje puntuacion calificacion nota",
    )


class EsgScoreRow(Row):
    """One score of one pillar."""

    period: Quarter = column(
        "quarter; key together with pillar and assessor", "quarter periodo trimestre", period=True
    )
    pillar: Literal["E", "S", "G"] = column(
        "environmental, social or governance",
        "pilar",
        values={
            "environmental": "E",
            "ambiental": "E",
            "social": "S",
            "governance": "G",
            "gobernanza": "G",
        },
    )
    assessor: Identifier = column("who scored", "evaluador")
    score: Annotated[int, Field(ge=0, le=100)] = column(
        "0 to 100", "puntaje puntuacion calificacion"
    )


class CheckInRow(Row):
    """What the owner of a key result reported in one week."""

    check_in_id: Identifier = column("key", "id")
    kr_id: Identifier = column("references key_result", "id_kr", references="key_results")
    reported_on: Day = column("day of the weekly meeting", "date fecha")
    value: DecimalOrEmpty = column("level reported, as a decimal; empty if none was known", "valor")
    confidence: Annotated[int, Field(ge=0, le=10)] = column(
        "0 to 10: chance in tenths that the target will be met", "confianza"
    )


class ConformanceRow(Row):
    """One case that any OKR tool should get right; the rows of a group are joined by weight."""

    case_id: Identifier = Field(description="key")
    group: str = Field(description="rows of one objective; empty for a case of its own")
    weight: str = Field(description="share in the group, as a fraction")
    kind: Literal["relative", "points", "level"] = Field(description="as in targets")
    rule: Literal["at least", "more than", "at most", "within"] = Field(description="as in targets")
    amount: str = Field(description="as in targets; empty for no target")
    upper: str = Field(description="as in targets")
    months: Annotated[int, Field(ge=0)] = Field(description="as in targets")
    since: Annotated[int, Field(ge=0)] = Field(description="months from baseline to value")
    baseline: str = Field(description="starting level; empty for unknown")
    previous: str = Field(description="value before, for the trend; may be empty")
    value: str = Field(description="level now; empty for unknown")
    commit: Number = Field(description="part of the way that is good enough")
    expected_score: str = Field(description="exact; empty for none")
    expected_progress: str = Field(description="exact, without limits; empty for none")
    expected_status: Text = Field(description="met, good enough, behind, below baseline, …")
    expected_trend: str = Field(description="rising, falling, level or empty")
    expected_joint: str = Field(description="score of the group")
    expected_covered: str = Field(description="weight of what is known in the group")
    source: Text = Field(description="bug report or help page that gave rise to it")
    why: Text = Field(description="what goes wrong elsewhere")


CONFORMANCE = Table(
    "okr_cases", "okr_cases.csv", ConformanceRow, ("case_id",), "Cases for tools that score OKRs"
)
METHOD_RAW_TABLES = (
    Table(
        "objectives",
        "objectives.csv",
        ObjectiveRow,
        ("objective_id",),
        "Objectives",
        ("objetivos",),
    ),
    Table(
        "key_results",
        "okrs.csv",
        KeyResultRow,
        ("kr_id",),
        "Key results",
        ("okr", "resultados_clave"),
    ),
    Table(
        "targets",
        "targets.csv",
        TargetRow,
        ("target_id",),
        "Targets and their readings",
        ("metas",),
    ),
    Table(
        "links",
        "links.csv",
        LinkRow,
        ("link_id",),
        "Arrows of the strategy map",
        ("mapa_estrategico",),
    ),
    Table(
        "variables",
        "variables.csv",
        VariableRow,
        ("variable_id",),
        "Dependent and independent variables",
    ),
    Table("methods", "methods.csv", MethodRow, ("method_id",), "Methods and what leads to what"),
)
METHOD_LEDGER_TABLES = (
    Table(
        "cost", "cost.csv", CostRow, ("cost_id",), "Costs", ("costs", "costo", "costos", "gastos")
    ),
    Table(
        "service_budget",
        "service_budget.csv",
        ServiceBudgetRow,
        ("service_id",),
        "Budgets of services",
        ("budget", "presupuesto", "presupuestos"),
    ),
    Table(
        "staff",
        "staff.csv",
        StaffRow,
        ("staff_id",),
        "Staff",
        ("personal", "empleados", "trabajadores"),
    ),
    Table(
        "training",
        "training.csv",
        TrainingRow,
        ("training_id",),
        "Training",
        ("capacitacion", "capacitaciones"),
    ),
    Table(
        "staff_survey",
        "staff_survey.csv",
        StaffSurveyRow,
        ("response_id",),
        "Answers of staff",
        ("encuesta_personal", "clima_laboral"),
    ),
    Table(
        "esg_score",
        "esg_score.csv",
        EsgScoreRow,
        ("period", "pillar", "assessor"),
        "Environmental, social and governance scores",
        ("esg", "asg", "sostenibilidad"),
    ),
    Table(
        "fin_statement",
        "fin_statement.csv",
        FinStatementRow,
        ("company_id", "period", "basis"),
        "Quarterly financial statements",
        ("statements", "estados_financieros"),
    ),
)
CHECK_INS = Table(
    "check_in",
    "check_in.csv",
    CheckInRow,
    ("check_in_id",),
    "Weekly check-ins",
    ("check_ins", "seguimiento"),
)
