import json
import os
import sys
import time
from pathlib import Path

_ = os, time  # what the tests write in may use
case = sys.argv[1]


def write(name: str, text: str) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


write(f"data/processed/{case}/ledger/sale.csv", "id,soles\n1,5.00\n2,7.50\n")
write(f"figures/{case}/fig_01_a.svg", "<svg/>\n")
write(f"report/{case}.pdf", "%PDF")
write("docs/figures.md", "There are 3.\n")
write(f".build/{case}/record.json", "{}")
notebook = json.loads(Path("notebooks/01_a.ipynb").read_text(encoding="utf-8"))
shown = {"name": "stdout", "output_type": "stream", "text": ["3"]}
notebook["cells"][1] |= {"outputs": [shown], "execution_count": 1}
write("notebooks/01_a.ipynb", json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
