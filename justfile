# `just` alone lists what there is. Needs the extra "dev": pip install -c constraints.txt -e ".[dev]"

export PATH := justfile_directory() / ".venv/bin" + ":" + env("PATH")

[private]
default:
    @just --list --unsorted

# everything that must hold before a commit
check: format lint types floors test

# is the code formatted?
format:
    ruff format --check .

# style
lint:
    ruff check .

# mypy, strict, on core, ui and pages
types:
    mypy
    mypy app.py start.py

# who may import whom
floors:
    lint-imports

# all tests, or some: just test -k upload
test *arguments:
    pytest {{ arguments }}

# put the code into shape
fmt:
    ruff check --fix .
    ruff format .

# start the app
app *arguments:
    sightsmith app {{ arguments }}

# a benchmark: just bench head_only
bench name="head_only" *arguments:
    python -m benchmarks.{{ name }} {{ arguments }}
