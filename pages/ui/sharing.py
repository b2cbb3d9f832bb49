"""A run seen from elsewhere: the link that shows it to others, and what is said to who followed one."""

from urllib.parse import urlencode

import streamlit as st

from cnn import links
from cnn.training import Run, RunView
from pages.ui.texts import Texts
from pages.ui.url import VIEW


def share(run: Run, texts: Texts) -> None:
    """The link by which anybody may look at ``run``, but not control it."""
    address = (st.context.url or "").partition("?")[0]
    with st.popover(texts("share.title"), icon=":material/share:", key="share_run"):
        st.markdown(texts("share.words"))
        query = urlencode({VIEW: run.view_id, **links.encode(run.config)})
        st.code(f"{address}?{query}", language=None, wrap_lines=True)


def tell_visitor(run: Run | None, view: RunView | None, texts: Texts) -> None:
    """Say whose run this is, where the link asks for one (``?view=…``).

    Args:
        run: of this tab; what it shows as long as there is one.
        view: the run that the page shows.
        texts: the page's.
    """
    asked = st.query_params.get(VIEW)
    if not asked or (run is not None and run.view_id == asked):
        return
    if run is not None:
        st.info(texts("share.own_run"))
    else:
        st.info(texts("share.visiting" if view else "share.gone"))


def leave_shared_view() -> None:
    """From now on the page is about a run of its own. For callbacks."""
    st.query_params.pop(VIEW, None)
