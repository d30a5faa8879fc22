"""Places that people ask for and that no time zone is named for, and abbreviations of zones; by zone."""

from collections.abc import Mapping

_CITIES: Mapping[str, str] = {
    "Asia/Almaty": "Astana",
    "Asia/Jakarta": "Java, Surabaya, Bandung",
    "America/Mexico_City": "Guadalajara, Puebla",
    "Asia/Shanghai": "Beijing, Peking, Shenzhen, Guangzhou, Chengdu, Wuhan, Hangzhou, Nanjing, Tianjin, Xi'an",
    "Asia/Kolkata": "Delhi, New Delhi, Mumbai, Bombay, Bangalore, Bengaluru, Chennai, Madras, Hyderabad, Pune",
    "Asia/Tokyo": "Osaka, Kyoto, Yokohama, Nagoya, Sapporo, Fukuoka, Hiroshima",
    "Asia/Seoul": "Busan, Incheon",
    "Asia/Ho_Chi_Minh": "Hanoi, Da Nang, Saigon",
    "Asia/Karachi": "Islamabad, Lahore",
    "Asia/Riyadh": "Jeddah, Mecca, Medina",
    "Asia/Dubai": "Abu Dhabi",
    "Asia/Jerusalem": "Tel Aviv, Haifa",
    "Asia/Makassar": "Bali, Denpasar",
    "Europe/Istanbul": "Ankara, Izmir, Antalya",
    "Europe/Berlin": "Munich, Hamburg, Frankfurt, Cologne, Stuttgart, Dusseldorf, Leipzig, Dresden, Nuremberg",
    "Europe/London": (
        "Manchester, Birmingham, Edinburgh, Glasgow, Liverpool, Oxford, Cambridge, Cardiff, England, Scotland, Wales,"
        " Britain, Great Britain, UK, U.K."
    ),
    "Europe/Paris": "Lyon, Marseille, Nice, Toulouse, Bordeaux, Strasbourg",
    "Europe/Rome": "Milan, Naples, Turin, Florence, Venice, Bologna",
    "Europe/Madrid": "Barcelona, Valencia, Seville, Bilbao",
    "Europe/Amsterdam": "Rotterdam, The Hague, Holland",
    "Europe/Zurich": "Geneva, Basel, Bern, Lausanne",
    "Europe/Brussels": "Antwerp, Ghent",
    "Europe/Vienna": "Salzburg, Graz, Innsbruck",
    "Europe/Warsaw": "Krakow, Gdansk",
    "Europe/Prague": "Brno, Czech Republic",
    "Europe/Stockholm": "Gothenburg",
    "Europe/Lisbon": "Porto",
    "Europe/Moscow": "Saint Petersburg, St Petersburg",
    "Africa/Johannesburg": "Cape Town, Durban, Pretoria",
    "Africa/Lagos": "Abuja",
    "Africa/Casablanca": "Rabat, Marrakesh",
    "Australia/Sydney": "Canberra, New South Wales",
    "Australia/Melbourne": "Victoria",
    "Australia/Brisbane": "Queensland, Gold Coast",
    "Pacific/Auckland": "Wellington, Christchurch",
    "Pacific/Honolulu": "Hawaii",
    "America/New_York": (
        "NYC, Washington, Washington DC, Washington D.C., Boston, Philadelphia, Miami, Atlanta, Orlando, Baltimore,"
        " Pittsburgh, Cleveland, Charlotte, Georgia USA, Eastern Time, US Eastern"
    ),
    "America/Chicago": (
        "Dallas, Houston, Austin, San Antonio, New Orleans, Minneapolis, St. Louis, Milwaukee, Kansas City, Memphis,"
        " Nashville, Illinois, Minnesota, Central Time, US Central"
    ),
    "America/Denver": "Salt Lake City, Albuquerque, Colorado, Utah, Mountain Time, US Mountain",
    "America/Phoenix": "Tucson, Arizona",
    "America/Los_Angeles": (
        "LA, San Francisco, San Diego, San Jose California, Seattle, Portland, Las Vegas, Sacramento, Silicon Valley,"
        " California, Nevada, Pacific Time, US Pacific"
    ),
    "America/Anchorage": "Alaska",
    "America/Toronto": "Ottawa, Montreal, Quebec, Ontario",
    "America/Edmonton": "Calgary, Alberta",
    "America/Vancouver": "British Columbia",
    "America/Sao_Paulo": "Rio de Janeiro, Rio, Brasilia",
    "America/Guayaquil": "Quito",
}
_ABBREVIATIONS: Mapping[str, str] = {
    "UTC": "UTC, GMT, Z, Zulu",
    "America/New_York": "EST, EDT, ET",
    "America/Chicago": "CT, CDT",
    "America/Denver": "MT, MST, MDT",
    "America/Los_Angeles": "PT, PST, PDT",
    "America/Anchorage": "AKST, AKDT",
    "Pacific/Honolulu": "HST",
    "Europe/London": "GMT/BST, BST",
    "Europe/Paris": "CET, CEST, MEZ, MESZ",
    "Europe/Athens": "EET, EEST",
    "Europe/Lisbon": "WET, WEST",
    "Europe/Moscow": "MSK",
    "Asia/Tokyo": "JST",
    "Asia/Seoul": "KST",
    "Asia/Singapore": "SGT",
    "Asia/Hong_Kong": "HKT",
    "Asia/Karachi": "PKT",
    "Africa/Johannesburg": "SAST",
    "Australia/Sydney": "AEST, AEDT, AET",
    "Australia/Perth": "AWST",
    "Pacific/Auckland": "NZST, NZDT",
}
AMBIGUOUS: Mapping[str, tuple[str, ...]] = {
    "cst": ("America/Chicago", "Asia/Shanghai", "America/Havana"),
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
}
"""Abbreviations that several zones share, in small letters."""
COUNTRIES: Mapping[str, str] = {
    "usa": "US",
    "us": "US",
    "u.s": "US",
    "u.s.a": "US",
    "america": "US",
    "uae": "AE",
    "emirates": "AE",
    "korea": "KR",
    "ivory coast": "CI",
    "burma": "MM",
    "macedonia": "MK",
    "cape verde": "CV",
    "swaziland": "SZ",
}
"""Countries by names that lists of countries do not have, in small letters, with their codes."""
MAIN_ZONES: Mapping[str, str] = {
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "UA": "Europe/Kyiv",
}
"""Where nearly everybody lives, of countries that have islands or regions with another time."""


def zones_by_name() -> Mapping[str, str]:
    """Each of these places and abbreviations, as it is written here, with its zone."""
    return {
        name: zone
        for names in (_CITIES, _ABBREVIATIONS)
        for zone, several in names.items()
        for name in several.split(", ")
    }
