"""How values are written and read on the wire: numbers, instants, parameters, bodies, errors."""
