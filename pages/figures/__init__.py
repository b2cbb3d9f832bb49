"""Figures: pure functions, arrays and records in; Plotly figures, ECharts options or pictures as data URIs out."""
