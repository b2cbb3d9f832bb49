"""The pieces of the page that takes backpropagation apart."""
