"""How much one may ask, and that counting never stands in the way of reading."""

from __future__ import annotations

import pytest
import redis

from api import throttles
from api.throttles import Counter
from tests.api.conftest import Caller, faults
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def without_redis(settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    throttles.counter_at.cache_clear()


def counted(counter: Counter, key: str, most: int = 3) -> tuple[int, float]:
    """Count once, where Redis is there to count in."""
    found = counter.count(key, most, 60)
    assert found is not None
    return found


@pytest.mark.parametrize("address", ["insights/", "programmes/"])
def test_an_address_that_asks_too_often_is_told_when_to_come_back(anyone, rates, address):
    rates(address="3/hour")
    assert [anyone.get(address).status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = anyone.get(address)
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert faults(answer) == {}


def test_every_list_counts_towards_the_same_rate(anyone, rates):
    rates(address="2/hour")
    codes = [anyone.get(address).status_code for address in ("insights/", "programmes/", "habits/")]
    assert codes == [200, 200, 429]


def test_two_addresses_are_counted_apart(anyone, rates):
    rates(address="1/hour")
    assert anyone.get("insights/").status_code == 200
    assert anyone.get("insights/").status_code == 429
    assert anyone.get("insights/", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_two_tokens_of_one_person_are_counted_apart(rates):
    rates(person="2/hour", address="0/hour")
    person = UserFactory()
    first, second = Caller(person), Caller(person)
    assert [first.get("insights/").status_code for _ in range(3)] == [200, 200, 429]
    assert second.get("insights/").status_code == 200


def test_what_a_stranger_says_of_where_they_come_from_is_not_believed(anyone, rates):
    rates(address="1/hour")
    codes = [anyone.get("insights/", headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code for n in range(2)]
    assert codes == [200, 429]


def test_without_redis_reading_goes_on_and_it_is_said_once(anyone, rates, without_redis, caplog):
    rates(address="1/hour")
    assert [anyone.get("insights/").status_code for _ in range(4)] == [200] * 4
    assert [record.name for record in caplog.records if "Redis" in record.message] == ["api.throttles"]


def test_redis_is_asked_again_when_it_is_back(settings, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(throttles, "LEFT_ALONE", 0.0)
    counter = Counter(f"unix://{tmp_path}/nobody.sock")
    assert counter.count("throttle:back", 3, 60) is None
    counter._redis = redis.Redis.from_url(settings.REDIS_URL)
    assert counted(counter, "throttle:back")[0] == 1
    assert "can be reached again" in caplog.text


def test_processes_count_together(settings):
    here, there = Counter(settings.REDIS_URL), Counter(settings.REDIS_URL)
    numbers = [counted(counter, "throttle:together")[0] for counter in (here, there, here, there)]
    assert numbers == [1, 2, 3, 4]


def test_a_process_asks_redis_once_for_each_hundredth_of_a_rate(settings):
    here, there = Counter(settings.REDIS_URL), Counter(settings.REDIS_URL)
    for _ in range(101):
        here.count("throttle:hundredth", 1000, 60)
    number, left = counted(there, "throttle:hundredth", 1000)
    assert 92 <= number <= 102
    assert 0 < left <= 60


def test_a_count_that_lost_its_end_is_given_one(settings):
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.set("throttle:endless", 5)
    assert Counter(settings.REDIS_URL).count("throttle:endless", 3, 60) == (6, 60.0)
    assert client.ttl("throttle:endless") > 0


def test_what_is_over_is_forgotten(settings, monkeypatch):
    monkeypatch.setattr(throttles, "MOST_WINDOWS", 2)
    monkeypatch.setattr(throttles, "BETWEEN_SWEEPS", 0.0)
    counter = Counter(settings.REDIS_URL)
    for number in range(5):
        counter.count(f"throttle:old-{number}", 3, 60)
        counter._windows[f"throttle:old-{number}"].ends_at = 0.0
    assert len(counter._windows) <= 2
