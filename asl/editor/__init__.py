"""What editors ask about a definition: pure functions over its text, and the server that answers.

Everything but `server` knows nothing of the protocol: a `document.Document` goes in, values come
out. It has to work while somebody types, so it reads text that is broken as far as it can.
"""
