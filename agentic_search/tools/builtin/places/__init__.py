"""Time zones by the names of places: a city, a country, an abbreviation or an offset flows in, a zone flows out."""
