"""An error before any view is answered by the door that was knocked at."""

from __future__ import annotations

import pytest


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/insights/", "/api/v1/"])
def test_the_api_answers_a_wrong_host_with_a_problem(client, path):
    answer = client.get(path, headers={"host": "elsewhere.example"})
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 400


@pytest.mark.django_db
def test_the_pages_answer_a_wrong_host_with_a_page(client):
    answer = client.get("/insights/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "text/html" in answer.headers["Content-Type"]
