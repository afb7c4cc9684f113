# 两条命令：make chat 启动，make test 测试。 Two commands: make chat runs it, make test tests it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TEST_STAMP := $(VENV)/.installed-test

.PHONY: chat test eval bench lint format clean

chat: $(STAMP)
	@$(BIN)/wenju build --if-needed seeds
	@$(BIN)/wenju serve

test: $(TEST_STAMP)
	@bash tests/setup_browser.sh
	@$(BIN)/python -m pytest

eval: $(TEST_STAMP)
	@$(BIN)/python -m eval run --split test
	@$(BIN)/python -m eval check

bench: $(TEST_STAMP)
	@$(BIN)/python -m eval bench

lint: $(TEST_STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(TEST_STAMP)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || (echo "需要 Python 3.11 或更新版本 (Python >= 3.11 is needed)"; exit 1)
	@$(PYTHON) -m venv $(VENV)

$(STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@echo "安装依赖（首次约需几分钟）… Installing"
	@$(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt -e .
	@touch $@

$(TEST_STAMP): $(STAMP)
	@$(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt -e ".[test]"
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info
