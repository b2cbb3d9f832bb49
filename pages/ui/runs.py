"""The runs of this server, and the one that this tab controls."""

from weakref import WeakSet

import streamlit as st

from cnn.errors import ConfigError
from cnn.training import Race, Run, Runs, RunView
from pages.ui.errors import show_error
from pages.ui.tab import token
from pages.ui.url import VIEW


def runs() -> Runs:
    """The one registry of runs of the server process.

    Where the setting ``CNN_PLAYGROUND_DASK`` cannot be used, the page says why and ends here.
    """
    try:
        return _runs()
    except ConfigError as error:
        show_error(error)
        st.stop()


def current_run() -> Run | None:
    """The run that this tab started, also after the browser was refreshed."""
    kept = token()
    return runs().find(kept) if kept else None


def shared_view() -> RunView | None:
    """Somebody else's run that the link shows (``?view=…``): to look at, not to control."""
    asked = st.query_params.get(VIEW)
    return runs().view(asked) if asked else None


def watch(watched: Run | Race) -> None:
    """Renew the lease: somebody looks. Where this tab is closed, the lease soon ends."""
    _watched().add(watched)
    watched.watch()


def _leave(watched: "WeakSet[Run | Race]") -> None:
    for one in watched:
        one.leave()


# Released with the session, also where only the network fails for a moment: whoever comes back watches again.
@st.cache_resource(scope="session", show_spinner=False, on_release=_leave)
def _watched() -> "WeakSet[Run | Race]":
    """What this session has looked at."""
    return WeakSet()


@st.cache_resource(show_spinner=False, on_release=Runs.close)
def _runs() -> Runs:
    return Runs()
