"""What tests of pages share."""

from collections.abc import Iterator

import pytest
import streamlit as st


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    """Each AppTest finds a server that has just started: Streamlit's caches are shared by all of a process."""
    _clear()
    yield
    _clear()


def _clear() -> None:
    st.cache_resource.clear()
    st.cache_data.clear()
