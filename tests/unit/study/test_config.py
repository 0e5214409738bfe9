"""A configuration's mistakes are named by file, key and hint, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from plankompass.study.config import load_config, validate_config
from plankompass.study.problems import PlankompassError
from plankompass.study.strict_yaml import load_yaml


@pytest.fixture
def document(root: Path) -> dict:
    return load_yaml(root / "config.yaml")


def _errors(document: dict) -> str:
    with pytest.raises(PlankompassError) as caught:
        validate_config(document, file="min.yaml")
    return str(caught.value)


def test_the_shipped_configuration_is_valid(root: Path):
    config = load_config(root / "config.yaml")
    assert config.study == "eksempel"
    assert config.example is True


def test_misspelt_key_gets_a_hint(document: dict):
    document["disclosure"] = {"min_nn": 5}
    assert _errors(document) == "min.yaml: disclosure.min_nn: unknown key; did you mean 'min_n'?"


def test_misspelt_key_in_a_list_gets_a_hint(document: dict):
    document["surveys"][0]["respondent_ky"] = "x"
    text = _errors(document)
    assert "surveys.0.respondent_ky: unknown key; did you mean 'respondent_key'?" in text


def test_all_errors_are_listed_at_once(document: dict):
    document["studdy"] = "x"
    document["disclosure"] = {"min_n": 1}
    del document["report"]["wave"]
    lines = _errors(document).splitlines()
    assert len(lines) == 3
    assert all(line.startswith("min.yaml: ") for line in lines)


def test_empty_key_is_an_error(document: dict):
    document["interviews"] = None
    assert "interviews: the key has no value" in _errors(document)


def test_a_real_study_needs_a_salt_outside_the_repository(document: dict):
    document["example"] = False
    document.pop("salt_file", None)
    assert "salt_file is missing" in _errors(document)


def test_models_are_frozen(root: Path):
    config = load_config(root / "config.yaml")
    with pytest.raises(ValueError, match="frozen"):
        config.study = "other"


def test_every_key_has_a_description():
    from plankompass.commands.documentation import _inner_models
    from plankompass.study.config_models import StudyConfig

    todo, seen = [StudyConfig], set()
    while todo:
        model = todo.pop()
        if model in seen:
            continue
        seen.add(model)
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name} has no description"
            todo += _inner_models(field.annotation)
    assert len(seen) > 8
