"""Settings are environment variables, or a `.env`; what cannot be read names the variable."""

from datetime import timedelta
from pathlib import Path

import pytest

from placet.errors import Invalid
from placet.identity.sign_in import IDLE, LIFETIME
from placet.settings import VARIABLES, Company, LanguageModel, default_home, load


def test_nothing_said_means_an_embedded_database_on_this_machine():
    found = load({})
    assert (found.database_url, found.host, found.port, found.pool_size) == (None, "127.0.0.1", 8420, 10)
    assert (found.profile_schema, found.secure) == (None, False)


def test_what_is_said_is_taken():
    found = load(
        {
            "PLACET_DATABASE_URL": "postgresql://app@db/placet",
            "PLACET_MIGRATION_URL": "postgresql://owner@db/placet",
            "PLACET_HOME": "~/placet-files",
            "PLACET_HOST": "0.0.0.0",
            "PLACET_PORT": "9000",
            "PLACET_PUBLIC_URL": "https://placet.example/",
            "PLACET_PROFILE_SCHEMA": "fields.json",
            "PLACET_POOL_SIZE": "25",
        }
    )
    assert (found.database_url, found.migration_url) == ("postgresql://app@db/placet", "postgresql://owner@db/placet")
    assert found.home == Path.home() / "placet-files"
    assert (found.host, found.port, found.pool_size) == ("0.0.0.0", 9000, 25)
    assert (found.public_url, found.secure) == ("https://placet.example", True)
    assert found.profile_schema == Path("fields.json")


@pytest.mark.parametrize("nothing", ["", "   "])
def test_an_empty_variable_is_as_if_it_were_not_there(nothing):
    assert load(dict.fromkeys(VARIABLES, nothing)) == load({})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PLACET_PORT", "http"),
        ("PLACET_PORT", "65536"),
        ("PLACET_PORT", "-1"),
        ("PLACET_PORT", "80.0"),
        ("PLACET_POOL_SIZE", "1"),
        ("PLACET_POOL_SIZE", "201"),
    ],
)
def test_a_number_out_of_range_names_its_variable(name, value):
    with pytest.raises(Invalid, match=name) as caught:
        load({name: value})
    assert caught.value.code == "invalid_setting"


def test_a_company_s_provider():
    said = {"PLACET_OIDC_ISSUER": "https://login.example/realms/bank/", "PLACET_OIDC_CLIENT_ID": "placet"}
    assert load({}).company is None
    found = load(said).company
    assert found == Company(issuer="https://login.example/realms/bank/", client_id="placet")  # as it calls itself
    assert (found.scopes, found.label, found.client_secret) == ("openid email profile", "your company", None)
    more = {"PLACET_OIDC_CLIENT_SECRET": "s", "PLACET_OIDC_SCOPES": "email openid", "PLACET_OIDC_LABEL": "Bank"}
    found = load(said | more).company
    assert (found.scopes, found.label, found.client_secret) == ("email openid", "Bank", "s")
    assert load(said | {"PLACET_OIDC_ISSUER": "http://127.0.0.1:9400"}).company is not None


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"PLACET_OIDC_ISSUER": "https://login.example"}, "PLACET_OIDC_CLIENT_ID is missing"),
        ({"PLACET_OIDC_CLIENT_ID": "placet"}, "PLACET_OIDC_ISSUER is missing"),
        ({"PLACET_OIDC_ISSUER": "http://login.example", "PLACET_OIDC_CLIENT_ID": "placet"}, "starts with https://"),
        ({"PLACET_OIDC_ISSUER": "http://[::1", "PLACET_OIDC_CLIENT_ID": "placet"}, "starts with https://"),
        (
            {
                "PLACET_OIDC_ISSUER": "https://login.example",
                "PLACET_OIDC_CLIENT_ID": "x",
                "PLACET_OIDC_SCOPES": "email",
            },
            "has openid among its words",
        ),
        ({"PLACET_TRUSTED_PROXIES": "10.0.0.0/99"}, "PLACET_TRUSTED_PROXIES lists networks"),
        ({"PLACET_TRUSTED_PROXIES": "proxy.example"}, "PLACET_TRUSTED_PROXIES lists networks"),
        ({"PLACET_SIGN_IN_IDLE_MINUTES": "0"}, "PLACET_SIGN_IN_IDLE_MINUTES"),
        ({"PLACET_SIGN_IN_HOURS": "forever"}, "PLACET_SIGN_IN_HOURS"),
    ],
)
def test_what_signing_in_cannot_be_told(said, sentence):
    with pytest.raises(Invalid, match=sentence):
        load(said)


def test_how_long_a_sign_in_lasts_and_whom_to_believe():
    found = load({})
    assert (found.sign_in_idle, found.sign_in_lifetime) == (timedelta(hours=2), timedelta(hours=12))
    assert (found.sign_in_idle, found.sign_in_lifetime) == (IDLE, LIFETIME), "the verbs think so too"
    assert found.trusted_proxies == ()
    said = {
        "PLACET_SIGN_IN_IDLE_MINUTES": "15",
        "PLACET_SIGN_IN_HOURS": "8",
        "PLACET_TRUSTED_PROXIES": "10.1.2.3/8, ::1",
    }
    found = load(said)
    assert (found.sign_in_idle, found.sign_in_lifetime) == (timedelta(minutes=15), timedelta(hours=8))
    assert found.trusted_proxies == ("10.0.0.0/8", "::1/128")


def test_a_public_address_without_tls_is_not_secure():
    assert not load({"PLACET_PUBLIC_URL": "http://placet.example"}).secure


def test_a_dotenv_in_the_working_directory_counts_below_the_environment(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("PLACET_PORT=9001\nPLACET_HOST=192.0.2.1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLACET_PORT", "9002")
    monkeypatch.delenv("PLACET_HOST", raising=False)
    found = load()
    assert (found.port, found.host) == (9002, "192.0.2.1")


def test_files_go_to_the_data_directory_of_the_platform(monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", "/var/tmp/data")
    assert default_home() == Path("/var/tmp/data/placet")
    monkeypatch.delenv("XDG_DATA_HOME")
    assert default_home() == Path.home() / ".local" / "share" / "placet"


def test_a_language_model_is_a_provider_and_a_name_within_bounds():
    assert load({}).model is None
    assert load({"PLACET_MODEL": "openai:gpt-5"}).model == LanguageModel(name="openai:gpt-5")
    said = {
        "PLACET_MODEL": "ollama:qwen3:8b",
        "PLACET_MODEL_URL": "http://127.0.0.1:11434/v1",
        "PLACET_MODEL_KEY": "k",
        "PLACET_MODEL_TIMEOUT_SECONDS": "5",
        "PLACET_MODEL_ANSWER_TOKENS": "100",
        "PLACET_MODEL_RUN_TOKENS": "2000",
    }
    assert load(said).model == LanguageModel(
        name="ollama:qwen3:8b",
        url="http://127.0.0.1:11434/v1",
        key="k",
        seconds=5,
        answer_tokens=100,
        run_tokens=2000,
    )


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"PLACET_MODEL": "gpt-5"}, "PLACET_MODEL is a provider and a model"),
        ({"PLACET_MODEL_URL": "http://127.0.0.1/v1"}, "PLACET_MODEL is missing"),
        ({"PLACET_MODEL": "openai:x", "PLACET_MODEL_URL": "llm.example"}, "PLACET_MODEL_URL starts with https://"),
        ({"PLACET_MODEL": "openai:x", "PLACET_MODEL_TIMEOUT_SECONDS": "0"}, "PLACET_MODEL_TIMEOUT_SECONDS"),
    ],
)
def test_a_language_model_that_cannot_be_one_is_refused(said, named):
    with pytest.raises(Invalid, match=named):
        load(said)
