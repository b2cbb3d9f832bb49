"""The URL is the state: it holds the whole configuration, and nothing that would let a reader control a run.

Other parameters (the language, a view) are left alone. What a link says wrongly takes its default and is named.
"""

import re
from collections.abc import Mapping, Sequence

import streamlit as st

from cnn import links
from cnn.config import ExperimentConfig
from pages.ui.errors import as_code
from pages.ui.language import PARAMETER, language
from pages.ui.options import settle
from pages.ui.tab import keep_query, query_of
from pages.ui.texts import Texts

VIEW = "view"  # the read-only id of a run
INPUT = "input"  # the picture that a page takes apart
MADE = "made"  # the short fingerprint of what computed that run
_OTHER = (PARAMETER, VIEW, MADE, INPUT)  # parameters that belong to no page's own configuration
# What mail programs, networks and search engines add to a link that is passed on.
TRACKING = re.compile(
    r"utm_\w+|mtm_\w+|pk_\w+|_hs\w+|_ga|_gl|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|twclid|ttclid|yclid|igshid|igsh"
    r"|li_fat_id|mc_cid|mc_eid|mkt_tok|s_kwcid|vero_id|ref_src|ref_url"
)
_PAGE = "page"


def read_config() -> ExperimentConfig:
    """The configuration that the URL says; never raises."""
    return links.decode(own_query())[0]


def own_query() -> dict[str, str]:
    """What the URL says of the page's own configuration: from anyone."""
    query = st.query_params.to_dict()
    return {name: text for name, text in query.items() if name not in _OTHER and not TRACKING.fullmatch(name)}


def write_config(config: ExperimentConfig) -> None:
    """Let the URL say ``config``: what differs from the defaults, beside the parameters that are not its own."""
    write_query(links.encode(config))
    settle()


def write_query(own: Mapping[str, str]) -> None:
    """Let the URL say the page's ``own`` parameters, beside those that belong to no page."""
    query = st.query_params.to_dict()
    wanted = {**own, **{name: query[name] for name in _OTHER if name in query and name not in own}}
    if wanted != query:
        st.query_params.from_dict(wanted)
    _keep_query()


def link_notice() -> None:
    """One notice that names what of the URL's configuration was not understood."""
    name_dropped(links.decode(own_query())[1])


def name_dropped(dropped: Sequence[links.Dropped]) -> None:
    """Name parts of a link that were left out, as code: they may come from anyone.

    They stay in the URL, and so does the notice over a refresh, until something is changed on the page.
    """
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
    if arriving and not own_query() and VIEW not in query:
        st.query_params.from_dict({**query_of(page), **query})
    _keep_query()


def current_page() -> str | None:
    """The page that the reader is on."""
    return st.session_state.get(_PAGE)


def _keep_query() -> None:
    page, query = current_page(), st.query_params.to_dict()
    for name in (PARAMETER, INPUT):  # they follow the reader from page to page
        query.pop(name, None)
    if page is not None:
        keep_query(page, query)
