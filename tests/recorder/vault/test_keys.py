"""Master keys: who may read them, that only one is current, and what is said when one is gone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.settings import Paths, Settings, Vault
from recorder.vault.errors import WrongKeyError
from recorder.vault.keys import Keyring, MasterKey


def test_the_first_key_is_its_owners_alone(tmp_path: Path) -> None:
    keys = Keyring.of(Settings(paths=Paths(state=tmp_path)))
    assert not keys.exists()
    made = keys.make_first()
    folder = tmp_path / "secrets" / "vault"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {place.stat().st_mode & 0o777 for place in folder.iterdir()} == {0o600}
    assert sorted(place.name for place in folder.iterdir()) == sorted([made.id, "current"])
    assert keys.current() == keys.make_first() == made
    assert made.secret.hex() not in repr(made)


def test_many_processes_make_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = set(pool.map(lambda _: Keyring(tmp_path).make_first(), range(64)))
    assert len(made) == 1
    assert Keyring(tmp_path).ids() == [next(iter(made)).id]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("is_hex", [True, False])
def test_a_key_from_elsewhere_is_the_current_one(tmp_path: Path, is_hex: bool) -> None:
    given = MasterKey.make()
    place = tmp_path / "given"
    place.write_bytes(given.secret.hex().encode() + b"\n" if is_hex else given.secret)
    settings = Settings(paths=Paths(state=tmp_path), vault=Vault(key_file=place))
    made = Keyring(tmp_path / "secrets" / "vault").make_first()
    keys = Keyring.of(settings)
    assert keys.current() == keys.make_first() == keys.get(given.id) == given
    assert keys.get(made.id) == made, "recordings from before are still read"
    place.unlink()
    with pytest.raises(WrongKeyError, match="cannot be read"):
        keys.current()


def test_a_key_that_is_gone_is_never_made_anew(tmp_path: Path) -> None:
    keys = Keyring(tmp_path)
    made = keys.make_first()
    (tmp_path / made.id).unlink()
    for ask in (keys.current, keys.make_first):
        with pytest.raises(WrongKeyError, match=f"{made.id}.*missing"):
            ask()


@pytest.mark.parametrize(
    "key_id", ["", "current", "../ami", "0" * 15, "0" * 17, "ABCDEF0123456789", "/etc/passwd"]
)
def test_no_other_file_is_ever_taken_for_a_key(tmp_path: Path, key_id: str) -> None:
    with pytest.raises(WrongKeyError):
        Keyring(tmp_path).get(key_id)


def test_a_retired_key_no_longer_opens_and_the_refusal_says_where_it_is(tmp_path: Path) -> None:
    keys = Keyring(tmp_path)
    old = keys.make_first()
    new = keys.add()
    assert keys.current() == old
    keys.make_current(new.id)
    assert keys.current() == new
    assert keys.retire(old.id).read_text().strip() == old.secret.hex()
    with pytest.raises(WrongKeyError, match="retired"):
        keys.get(old.id)
