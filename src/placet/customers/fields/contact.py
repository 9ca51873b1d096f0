"""E-mail addresses and telephone numbers, checked by shape only: whether they reach anyone is for a person to say."""

# ruff: noqa: ARG002 - every type takes what any type needs

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from placet.customers.fields.base import Control, FieldType, as_text, plain, refuse
from placet.customers.fields.texts import bounds, clean, within
from placet.customers.schema import Field

# Names that no public mail server has. RFC 2606 and RFC 6761 reserve them for examples and for networks of one's own,
# so an address under them is well formed; the library refuses some and its list is a global we leave alone.
_RESERVED: Final = frozenset({"invalid", "test", "local", "localhost", "onion", "arpa"})
_NUMBER: Final = re.compile(
    r"(?:tel:)?\s*[+＋]?[\d\s()\[\]./~\u2010-\u2015\u2212\u00b7\u00ad\u2060-]{2,60}", re.IGNORECASE
)


class Email(FieldType):
    """An e-mail address: the part before the @ exactly as written, the domain in lower case."""

    name = "email"
    hint = "name@example.com"

    def parse(self, field: Field, raw: Any, region: str | None) -> str:
        """Return the address with its domain in lower case, in Unicode rather than Punycode."""
        import email_validator

        address = clean(field, raw)
        local, _, domain = address.rpartition("@")
        rest, _, last = domain.rpartition(".")
        reserved = last.casefold() if last.casefold() in _RESERVED else ""
        checked = f"{local}@{rest}.example" if reserved and rest else address
        try:
            found = email_validator.validate_email(checked, check_deliverability=False)
        except email_validator.EmailNotValidError:
            raise refuse(field, raw, "an address is written name@example.com") from None
        lowered = found.domain.removesuffix("example") + reserved if reserved else found.domain
        return within(field, raw, f"{unicodedata.normalize('NFC', local)}@{lowered}")

    def control(self, field: Field, value: Any) -> Control:
        """Return an e-mail input."""
        control = super().control(field, value)
        control.kind = "email"
        return control

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a string of format `email`, or `idn-email` as the address may have letters beyond ASCII."""
        return bounds(field, {"type": "string", "format": "idn-email"})


class Phone(FieldType):
    """A telephone number in E.164, "+447700900417"."""

    name = "phone"
    hint = "With its country code, such as +44 7700 900417"

    def parse(self, field: Field, raw: Any, region: str | None) -> str:
        """Return the number in E.164; `region` (ISO 3166, two letters) is where a number without + is from.

        A number must be possible (its length fits its country), not in use: numbers set aside for fiction are taken.
        """
        import phonenumbers

        rule = "a number is written with its country code, such as +44 7700 900417"
        written = clean(field, raw)
        if not _NUMBER.fullmatch(written):
            raise refuse(field, raw, rule)
        try:
            number = phonenumbers.parse(written, region.upper() if region else None)
        except phonenumbers.NumberParseException:
            raise refuse(field, raw, rule) from None
        if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
            raise refuse(field, raw, "it has too few or too many digits for its country")
        text: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        return within(field, raw, text)

    def display(self, field: Field, value: Any) -> str:
        """Return the number with the spaces its country puts: "+44 7700 900417"."""
        import phonenumbers

        if not isinstance(value, str) or len(value) > 60:
            return plain(value)
        try:
            number = phonenumbers.parse(value, None)
        except phonenumbers.NumberParseException:
            return value
        text: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        return text

    def control(self, field: Field, value: Any) -> Control:
        """Return a telephone input."""
        return Control(kind="tel", name=field.key, label=field.label, value=as_text(value), help=self.help(field))

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a string of E.164."""
        return bounds(field, {"type": "string", "pattern": r"^\+[1-9][0-9]{1,16}$"})
