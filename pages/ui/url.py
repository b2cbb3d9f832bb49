"""The URL is the state: it holds the whole configuration, and nothing that would let a reader control a run.

Other parameters (the language, a view) are left alone. What a link says wrongly takes its default and is named.
"""

from collections.abc import Mapping, Sequence

import streamlit as st

from cnn import links
from cnn.config import ExperimentConfig
from pages.ui.errors import as_code
from pages.ui.language import PARAMETER, language
from pages.ui.options import settle
from pages.ui.tab import has_just_told
from pages.ui.texts import Texts

VIEW = "view"  # the read-only id of a run
INPUT = "input"  # the picture that a page takes apart
MADE = "made"  # the short fingerprint of what computed that run
OTHER = (PARAMETER, VIEW, MADE, INPUT)  # parameters that belong to no page's own configuration
_PAGE, _NAMED = "page", "link_dropped"
_QUERIES = "queries"


def read_config() -> ExperimentConfig:
    """The configuration that the URL says; never raises."""
    return links.decode(st.query_params.to_dict(), OTHER)[0]


def write_config(config: ExperimentConfig) -> None:
    """Let the URL say ``config``: what differs from the defaults, beside the parameters that are not its own."""
    write_query(links.encode(config))
    settle()


def write_query(own: Mapping[str, str]) -> None:
    """Let the URL say the page's ``own`` parameters, beside those that belong to no page."""
    query = st.query_params.to_dict()
    wanted = {**own, **{name: query[name] for name in OTHER if name in query}}
    if wanted != query:
        st.query_params.from_dict(wanted)
    _keep_query()


def link_notice() -> None:
    """One notice that names what of the URL's configuration was not understood."""
    name_dropped(links.decode(st.query_params.to_dict(), OTHER)[1])


def name_dropped(dropped: Sequence[links.Dropped]) -> None:
    """Name parts of a link that were left out, as code: they may come from anyone."""
    if not dropped and has_just_told():  # the URL has been put right since, but nobody has read the notice yet
        dropped = st.session_state.get(_NAMED, ())
    st.session_state[_NAMED] = dropped
    if dropped:
        parts = ", ".join(as_code(f"{one.key}={one.text}") for one in dropped)
        st.warning(f"{Texts('common', language())('link.dropped')} {parts}")


def resume_query(page: str) -> None:
    """Give a page back the parameters it had: a click in the navigation drops the query.

    Only on arrival from another page; on the same page an empty query means the defaults (the browser's Back).
    """
    arriving = st.session_state.get(_PAGE, page) != page
    st.session_state[_PAGE] = page
    query = st.query_params.to_dict()
    if arriving and not set(query) - {PARAMETER, INPUT}:
        kept = st.session_state.get(_QUERIES, {}).get(page, {})
        st.query_params.from_dict({**kept, **query})
    _keep_query()


def _keep_query() -> None:
    query = st.query_params.to_dict()
    for name in (PARAMETER, INPUT):  # they follow the reader from page to page
        query.pop(name, None)
    st.session_state.setdefault(_QUERIES, {})[st.session_state.get(_PAGE)] = query
