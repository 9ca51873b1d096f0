"""Countries and languages are read from what people write and stored by one English name."""

import pycountry
import pytest
from babel import Locale

from placet.customers.fields import canonical
from placet.customers.fields.place_names import AMBIGUOUS, COUNTRY_WORDS, LANGUAGE_WORDS, SHORTER
from placet.customers.fields.places import countries, fold, languages
from unit.customers.field_samples import field

ENGLISH = Locale("en")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("UK u.k. GB gbr British Britain England Scottish", "United Kingdom"),
        ("US USA U.S.A. American america", "United States"),
        ("HK Hong_Kong 香港 HKSAR", "Hong Kong"),
        ("Korea KR South-Korean 한국", "South Korea"),
        ("Viet_Nam VN Việt-Nam Vietnamese", "Vietnam"),
        ("The_Netherlands Holland Dutch NLD Nederland", "Netherlands"),
        ("UAE Emirati Emirates Dubai", "United Arab Emirates"),
        ("Turkey Turkish Türkiye Turkiye", "Türkiye"),
        ("Deutschland german DE Allemagne", "Germany"),
        ("Brasil brasileira Brazilian", "Brazil"),
        ("Schweiz Suisse Swiss CH", "Switzerland"),
        ("Motswana Botswana", "Botswana"),
        ("Saint_Lucia St._Lucia", "St. Lucia"),
        ("Trinidad_and_Tobago Trinidad_&_Tobago", "Trinidad & Tobago"),
        ("Ivory_Coast Côte_d'Ivoire CIV", "Côte d’Ivoire"),
        ("Niger Nigerien", "Niger"),
        ("Nigerian NG", "Nigeria"),
        ("Macau Macao", "Macao"),
        ("Kosovo XK", "Kosovo"),
        ("DRC Zaire", "Congo - Kinshasa"),
    ],
)
def test_a_country_has_one_name(words, name):
    assert {canonical(field("country"), word.replace("_", " ")) for word in words.split()} == {name}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("pt por Portuguese português PORTUGUES", "Portuguese"),
        ("de deu ger Deutsch german", "German"),
        ("pt-BR pt_BR Brazilian_Portuguese", "Brazilian Portuguese"),
        ("zh zho Chinese 中文", "Chinese"),
        ("Mandarin cmn 普通话 Putonghua", "Mandarin Chinese"),
        ("Cantonese yue 粵語", "Cantonese"),
        ("Farsi Persian fa", "Persian"),
        ("Bengali Bangla bn", "Bangla"),
        ("Tamil தமிழ் ta", "Tamil"),
        ("Schwyzerdütsch Swiss_German", "Swiss German"),
    ],
)
def test_a_language_has_one_name(words, name):
    assert {canonical(field("language"), word.replace("_", " ")) for word in words.split()} == {name}


def test_every_code_and_english_name_of_a_country_is_its_own():
    table = countries()
    for country in pycountry.countries:
        english = ENGLISH.territories[country.alpha_2]
        expected = SHORTER.get(country.alpha_2, english)
        for word in (country.alpha_2, country.alpha_3, english, expected, country.name):
            if word not in AMBIGUOUS:
                assert table[fold(word)] == expected, word
    assert len(set(table.values())) == len(pycountry.countries) + 1  # Kosovo has no code of its own yet


def test_every_word_of_ours_is_read_as_we_say():
    for code, words in COUNTRY_WORDS.items():
        for word in words.split(", "):
            assert countries()[fold(word)] == SHORTER.get(code, ENGLISH.territories[code]), word
    for code, words in LANGUAGE_WORDS.items():
        for word in words.split(", "):
            assert languages()[fold(word)] == languages()[fold(code)], word


def test_every_english_name_of_a_language_is_its_own():
    assert (canonical(field("language"), "ga"), canonical(field("language"), "Ga")) == ("Irish", "Ga")
    assert canonical(field("language"), "gaa") == "Ga"
    for code in ("en", "en_GB", "fr", "fr_CA", "ja", "yue", "gsw", "zh_Hant"):
        assert languages()[fold(ENGLISH.languages[code])] == ENGLISH.languages[code]
    assert not any(word in languages() for word in ("", "unknown language", "mul", "zxx"))
    assert "" not in countries()
