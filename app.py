"""The way in: ``streamlit run app.py``. Routes to the page scripts in ``pages/``."""

from pages.ui.page import router

router().run()
