"""Fields of every type and ways to make values for them."""

from hypothesis import strategies as st

from placet.customers.schema import Field, Option

COLOURS = (Option("red", "Red"), Option("dark_blue", "Dark blue", ("navy",)), Option("green", "Green"))
WITH_OTHER = (*COLOURS, Option("other", "Something else"))


def field(type, **members):
    return Field(key="it", label="It", section="Some", type=type, **members)


texts = st.text(max_size=40)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts)
jsons = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))
choices = st.sampled_from(["red", "Dark Blue", "navy", "GREEN"])
others = st.one_of(choices, st.just("other"), st.builds("Other: {}".format, texts))
dates = st.dates().map(str)
digits = st.integers(1, 999_999_999_999).map(str)
phones = st.one_of(digits.map("+{}".format), digits, st.from_regex(r"\+[0-9 ()-]{5,18}", fullmatch=True))
emails = st.one_of(
    st.emails(), st.builds("{}@{}.Test".format, texts, st.sampled_from(["A", "bücher", "x.y", "xn--bcher-kva"]))
)

# A field, and raw values of which it takes at least some.
RAW = {
    "text": (field("text"), texts),
    "bounded text": (field("text", min=2, max=5), texts),
    "longtext": (field("longtext"), texts),
    "integer": (field("integer"), st.integers() | digits | scalars),
    "bounded integer": (field("integer", min=-3, max=3), st.integers(-5, 5)),
    "decimal": (
        field("decimal", unit="USD"),
        st.one_of(st.decimals().map(str), st.floats(), st.integers(), st.decimals(), texts),
    ),
    "boolean": (field("boolean"), st.booleans() | st.sampled_from(["Yes", "no", "TRUE", "false", "y"])),
    "date": (field("date"), dates | dates.map("{}T00:00:00.000Z".format) | texts),
    "select": (field("select", options=COLOURS), choices | scalars),
    "select with other": (field("select", options=WITH_OTHER), others),
    "select of many": (field("select", options=WITH_OTHER, multi=True), st.lists(others, max_size=4)),
    "ordered select": (field("select", options=COLOURS, ordered=True), choices),
    "country": (field("country"), st.sampled_from(["uk", "Brasil", "CH", "vnm", "The Gambia", "Atlantis"]) | texts),
    "language": (field("language"), st.sampled_from(["pt", "Deutsch", "pt-BR", "yue", "Klingonish"]) | texts),
    "email": (field("email"), emails),
    "phone": (field("phone"), phones),
    "list": (field("list"), st.lists(jsons, max_size=4)),
    "list of text": (field("list", items="text"), st.lists(texts, max_size=4)),
    "list of longtext": (field("list", items="longtext"), st.lists(texts, max_size=4)),
    "list of date": (field("list", items="date"), st.lists(st.dates().map(str), max_size=4)),
    "list of decimal": (field("list", items="decimal"), st.lists(st.integers(), max_size=4)),
    "list of boolean": (field("list", items="boolean"), st.lists(st.booleans(), max_size=4)),
    "list of country": (field("list", items="country"), st.lists(st.sampled_from(["uk", "BR", "chn"]), max_size=4)),
    "list of select": (field("list", items="select", options=WITH_OTHER), st.lists(others, max_size=4)),
    "list of object": (field("list", items="object"), st.lists(st.dictionaries(texts, jsons, max_size=2), max_size=3)),
    "list of list": (field("list", items="list"), st.lists(st.lists(jsons, max_size=3), max_size=3)),
    "object": (field("object"), st.dictionaries(texts, jsons, max_size=3)),
    "any": (field("any"), jsons),
}
