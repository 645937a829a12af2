"""The organisation and its forums, as everyone may read them."""
