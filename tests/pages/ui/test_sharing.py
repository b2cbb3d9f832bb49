"""A link that others can open, or the sentence that says why they cannot."""

import pytest

from pages.ui.sharing import for_others, own_address

OWN = "192.168.0.17"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "app.localhost", "[::1]", "0.0.0.0"])
def test_an_address_of_this_computer_is_none_for_others(host: str) -> None:
    here = f"http://{host}:8501/train"
    assert for_others(here, "127.0.0.1", OWN) is None, "the server hears only itself"
    assert for_others(here, "0.0.0.0", None) is None, "there is no network"
    for listens in (None, "", "0.0.0.0", "::"):
        assert for_others(here, listens, OWN) == f"http://{OWN}:8501/train"
    assert for_others(f"http://{host}/train", "0.0.0.0", OWN) == f"http://{OWN}/train"


@pytest.mark.parametrize(
    "url", ["http://192.168.0.17:8501/train", "https://playground.example.org/class/train", "http://lab-3:8501/", ""]
)
@pytest.mark.parametrize("listens", ["127.0.0.1", "0.0.0.0"])
def test_any_other_address_is_everybodys(url: str, listens: str) -> None:
    assert for_others(url, listens, OWN) == url


def test_this_computers_own_address_is_none_that_means_itself() -> None:
    found = own_address()
    assert found is None or not found.startswith("127.")
