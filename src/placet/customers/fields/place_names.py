"""Words for a country or a language beside its English name and its code: nationalities, native and older names.

Keys are ISO 3166 and ISO 639 codes; words are separated by ", " and are read without letter case and accents.
"""

from __future__ import annotations

from typing import Final

# CLDR's English names that say more than a client's file should.
SHORTER: Final = {"HK": "Hong Kong", "MO": "Macao"}

COUNTRY_WORDS: Final = {
    "AE": "UAE, Emirates, Emirati, Emirian, الإمارات, الإمارات العربية المتحدة",
    "GB": "UK, Great Britain, Britain, British, Briton, England, English, Scotland, Scottish, Wales, Welsh",
}
LANGUAGE_WORDS: Final = {"en": "English", "pt": "português"}
