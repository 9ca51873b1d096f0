"""Cities a private client may well live in, by country; other spellings follow an equals sign.

It only serves to find a city in a text and to know its country. A city that is missing is still read from a sentence
that says somebody moved there; then its country is not proposed unless the note names it.
"""

from __future__ import annotations

from typing import Final

CITIES: Final = {
    "United Kingdom": (
        "London, Edinburgh, Glasgow, Manchester, Birmingham, Leeds, Bristol, Liverpool, Sheffield, Newcastle, "
        "Cardiff, Belfast, Oxford, Cambridge, Bath, York, Brighton, Harrogate, Aberdeen, Dundee, Inverness, "
        "Nottingham, Leicester, Southampton, Portsmouth, Exeter, Norwich, Winchester, Guildford, Cheltenham, "
        "Reading, Chester, Durham, Canterbury, Swansea, Stirling, St Andrews, Windsor, Ascot, Bournemouth, "
        "Plymouth, Derby, Coventry, Worcester, Hereford, Salisbury, Truro, Ipswich, Colchester, Tunbridge Wells, "
        "Stratford-upon-Avon"
    ),
    "United States": (
        "New York=New York City=NYC=Manhattan, Brooklyn, Los Angeles, Chicago, Houston, Phoenix, Philadelphia, "
        "San Antonio, San Diego, Dallas, San Jose, Austin, Jacksonville, Fort Worth, Columbus, Charlotte, "
        "San Francisco, Indianapolis, Seattle, Denver, Boston, Nashville, Detroit, Portland, Las Vegas, Memphis, "
        "Baltimore, Milwaukee, Albuquerque, Tucson, Sacramento, Kansas City, Atlanta, Omaha, Miami, Miami Beach, "
        "Oakland, Minneapolis, Tampa, New Orleans, Cleveland, Honolulu, St. Louis=St Louis, Pittsburgh, "
        "Cincinnati, Orlando, Fort Lauderdale, West Palm Beach, Palm Beach, Sarasota, Boca Raton, Scottsdale, "
        "Palo Alto, Menlo Park, Beverly Hills, Santa Monica, Santa Barbara, Stamford, Salt Lake City, Park City, "
        "Boulder, Aspen, Jackson Hole, Raleigh, Charleston, Savannah, Washington DC=Washington, Newport Beach, "
        "Madison, Ann Arbor, Princeton, Hartford, Providence, Buffalo, Rochester, Boise, Spokane, Santa Fe"
    ),
    "Canada": (
        "Toronto, Montreal=Montréal, Vancouver, Calgary, Edmonton, Ottawa, Winnipeg, Quebec City=Québec, "
        "Halifax, Mississauga, Kelowna, Saskatoon, Regina"
    ),
    "Ireland": "Dublin, Cork, Galway, Limerick, Waterford, Kilkenny, Dun Laoghaire, Dalkey",
    "Australia": (
        "Sydney, Melbourne, Brisbane, Perth, Adelaide, Canberra, Hobart, Darwin, Gold Coast, Geelong, Cairns, "
        "Byron Bay, Noosa, Fremantle"
    ),
    "New Zealand": "Auckland, Wellington, Christchurch, Queenstown, Dunedin, Tauranga",
    "Singapore": "Singapore",
    "Hong Kong": "Hong Kong, Kowloon",
    "China": "Beijing, Shanghai, Shenzhen, Guangzhou, Hangzhou, Chengdu, Nanjing, Suzhou, Xiamen",
    "Taiwan": "Taipei, Kaohsiung, Taichung, Hsinchu",
    "Japan": (
        "Tokyo=東京, Osaka=大阪, Kyoto=京都, Yokohama=横浜, Nagoya=名古屋, Sapporo=札幌, Fukuoka=福岡, Kobe=神戸, Sendai, "
        "Hiroshima, Karuizawa, Kamakura"
    ),
    "South Korea": "Seoul, Busan, Incheon, Daegu",
    "India": (
        "Mumbai=Bombay, Delhi=New Delhi, Bengaluru=Bangalore=Blr, Chennai=Madras, Hyderabad=Hyd'bad, "
        "Kolkata=Calcutta, Pune, Ahmedabad, Jaipur, Surat, Coimbatore, Madurai, Kochi=Cochin, "
        "Thiruvananthapuram=Trivandrum, Gurugram=Gurgaon, Noida, Chandigarh, Lucknow, Indore, Nagpur, "
        "Mysuru=Mysore, Visakhapatnam=Vizag, Vadodara=Baroda, Goa, Bhopal, Mangaluru=Mangalore, Salem, "
        "Tiruchirappalli=Trichy"
    ),
    "Pakistan": "Karachi, Lahore, Islamabad",
    "Bangladesh": "Dhaka, Chittagong",
    "Sri Lanka": "Colombo, Kandy, Galle",
    "Thailand": "Bangkok, Phuket, Chiang Mai, Hua Hin",
    "Malaysia": "Kuala Lumpur=KL, Penang=George Town, Johor Bahru=JB, Kota Kinabalu",
    "Indonesia": "Jakarta, Bali=Denpasar, Surabaya, Bandung",
    "Philippines": "Manila, Makati, Cebu, Quezon City",
    "Vietnam": "Ho Chi Minh City=HCMC=Saigon, Hanoi, Da Nang",
    "United Arab Emirates": "Dubai, Abu Dhabi, Sharjah, Ras Al Khaimah",
    "Saudi Arabia": "Riyadh, Jeddah, Dammam",
    "Qatar": "Doha",
    "Bahrain": "Manama",
    "Israel": "Tel Aviv, Jerusalem, Haifa, Herzliya",
    "Türkiye": "Istanbul, Ankara, Izmir, Bodrum",
    "Egypt": "Cairo, Alexandria",
    "Morocco": "Casablanca, Marrakesh=Marrakech, Rabat, Tangier",
    "Nigeria": "Lagos, Abuja, Enugu, Port Harcourt, Ibadan, Kano, Benin City, Owerri, Awka",
    "Ghana": "Accra, Kumasi",
    "Kenya": "Nairobi, Mombasa",
    "South Africa": (
        "Johannesburg=Joburg=Jo'burg, Cape Town, Durban, Pretoria, Stellenbosch, Sandton, "
        "Port Elizabeth=Gqeberha, Bloemfontein, Knysna, Hermanus, Franschhoek, Paarl, Umhlanga"
    ),
    "Botswana": "Gaborone, Francistown, Maun",
    "Namibia": "Windhoek, Swakopmund",
    "Zambia": "Lusaka, Livingstone",
    "Zimbabwe": "Harare, Bulawayo",
    "Mauritius": "Port Louis, Grand Baie",
    "Portugal": "Lisbon=Lisboa, Porto=Oporto, Cascais, Sintra, Faro, Braga, Coimbra, Funchal, Estoril",
    "Spain": (
        "Madrid, Barcelona, Valencia, Seville=Sevilla, Malaga=Málaga, Marbella, Bilbao, Palma=Palma de Mallorca, "
        "Alicante, San Sebastian=San Sebastián, Granada"
    ),
    "France": (
        "Paris, Lyon, Marseille, Nice, Bordeaux, Cannes, Antibes, Toulouse, Strasbourg, Lille, Nantes, "
        "Montpellier, Aix-en-Provence, Annecy, Biarritz, Megève, Chamonix"
    ),
    "Monaco": "Monaco, Monte Carlo=Monte-Carlo",
    "Germany": (
        "Berlin, Munich=München, Hamburg, Frankfurt=Frankfurt am Main, Cologne=Köln, Stuttgart, "
        "Düsseldorf=Dusseldorf, Leipzig, Dresden, Nuremberg=Nürnberg, Hanover=Hannover, Bremen, Bonn, "
        "Heidelberg, Freiburg, Münster, Mannheim, Augsburg, Potsdam, Mainz, Wiesbaden, Essen, Dortmund, "
        "Karlsruhe, Konstanz, Starnberg, Kiel, Lübeck, Rostock, Regensburg, Würzburg"
    ),
    "Austria": "Vienna=Wien, Salzburg, Innsbruck, Graz, Linz, Kitzbühel=Kitzbuehel, Bregenz, Klagenfurt",
    "Switzerland": (
        "Zurich=Zürich, Geneva=Genève=Genf, Basel, Bern, Lausanne, Lugano, Zug, Lucerne=Luzern, St. Gallen, "
        "Winterthur, Montreux, Davos, St. Moritz, Verbier, Gstaad, Küsnacht, Vevey, Nyon"
    ),
    "Liechtenstein": "Vaduz",
    "Netherlands": (
        "Amsterdam, Rotterdam, The Hague=Den Haag, Utrecht, Eindhoven, Haarlem, Groningen, Leiden, Delft, "
        "Maastricht, Wassenaar, Breda, Arnhem, Nijmegen"
    ),
    "Belgium": "Brussels=Bruxelles=Brussel, Antwerp=Antwerpen, Ghent=Gent, Bruges=Brugge, Leuven, Knokke",
    "Luxembourg": "Luxembourg City",
    "Italy": (
        "Rome=Roma, Milan=Milano, Florence=Firenze, Venice=Venezia, Turin=Torino, Naples=Napoli, Bologna, "
        "Verona, Genoa=Genova, Siena, Como, Lucca, Palermo, Bari"
    ),
    "Greece": "Athens, Thessaloniki, Heraklion",
    "Cyprus": "Limassol, Nicosia, Paphos, Larnaca",
    "Malta": "Valletta, Sliema",
    "Norway": "Oslo, Bergen, Trondheim, Stavanger, Tromsø, Drammen, Kristiansand, Bærum, Ålesund, Lillehammer",
    "Sweden": "Stockholm, Gothenburg=Göteborg, Malmö, Uppsala, Lund",
    "Denmark": "Copenhagen=København, Aarhus=Århus, Odense, Aalborg",
    "Finland": "Helsinki, Espoo, Tampere, Turku",
    "Iceland": "Reykjavik=Reykjavík",
    "Poland": "Warsaw=Warszawa, Krakow=Kraków, Gdansk=Gdańsk, Wroclaw=Wrocław, Lodz=Łódź, Poznan=Poznań",
    "Czechia": "Prague=Praha, Brno",
    "Hungary": "Budapest",
    "Romania": "Bucharest, Cluj",
    "Estonia": "Tallinn, Tartu",
    "Latvia": "Riga",
    "Lithuania": "Vilnius, Kaunas",
    "Brazil": (
        "São Paulo=Sao Paulo, Rio de Janeiro=Rio, Brasília=Brasilia, Belo Horizonte, Curitiba, Porto Alegre, "
        "Salvador, Recife, Fortaleza, Florianópolis=Florianopolis, Campinas"
    ),
    "Argentina": "Buenos Aires, Mendoza",
    "Chile": "Santiago, Valparaíso",
    "Uruguay": "Montevideo, Punta del Este",
    "Colombia": "Bogotá=Bogota, Medellín=Medellin, Cartagena",
    "Peru": "Lima",
    "Mexico": "Mexico City=CDMX, Guadalajara, Monterrey, Cancún=Cancun",
    "Panama": "Panama City",
    "Bahamas": "Nassau",
    "Jersey": "St Helier",
    "Guernsey": "St Peter Port",
}  # fmt: skip
