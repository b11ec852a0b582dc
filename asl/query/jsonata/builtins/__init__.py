"""The functions of JSONata's library, by what they work on; `functions` names them.

Each takes the run, which pays for what it makes, and then its arguments as the function's signature
left them; those left out are ``UNDEFINED``. What a signature makes sure of is not checked again.
"""
