"""The operator's commands for people, computers and work for later: looked at in a terminal, mended by a word."""

from datetime import datetime
from pathlib import Path

import click

from fotfeste_shared.clock import now
from fotfeste_shared.database import writing
from fotfeste_shared.problems import Conflicting

from .jobs import Job
from .named.devices import turn_away
from .named.erasing import Erasures
from .named.kept_about import forget as forget_person
from .named.models import Device, Network, Pairing, Person, Role
from .named.people import assign, person_by_email
from .named.sessions import end_sessions
from .options import common, config_of, house

EVERYWHERE = ("organizer", "advisor")  # the other roles hang on a municipality or a team, which pages know


def add_administration(main: click.Group) -> None:
    """Give the command line its lists of people, computers and jobs."""
    for group in (users, devices, jobs):
        main.add_command(group)


# --- people ---------------------------------------------------------------------------------------------------


@click.group()
def users() -> None:
    """See who can sign in, give a role, or sign somebody out everywhere."""


@users.command("list")
@common
def list_users(data: Path | None, database: str) -> None:
    """List everybody with their roles."""
    with house(config_of(data, database)):
        for person in Person.select().order_by(Person.name, Person.id):
            held = Role.select().where(Role.person == person.id).order_by(Role.role, Role.id)
            click.echo(f"{person.email}  {person.name}  {', '.join(map(_role, held)) or 'no role'}")
        if not Person.select().exists():
            click.echo("Nobody yet: start the server and open the set-up link that it prints.")


def _role(role: Role) -> str:
    where = [f"{name} {value}" for name, value in (
        ("network", role.network_id), ("municipality", role.municipality), ("team", role.team_id)
    ) if value]  # fmt: skip
    return " ".join([role.role, *where])


@users.command("add")
@common
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", type=click.Choice(EVERYWHERE), default="organizer", show_default=True, help="What they may do.")
@click.option("--network", default=None, help="Id of the network; without it everywhere.")
def add_user(data: Path | None, database: str, *, email: str, name: str, role: str, network: str | None) -> None:
    """Let the person with EMAIL sign in with a role; the same again changes nothing."""
    with house(config_of(data, database)) as db:
        if network is not None and Network.get_or_none(Network.id == network) is None:
            raise click.ClickException("there is no such network")
        person = person_by_email(db, email, name)
        assign(db, person, role, network=network)
        click.echo(f"{person.email} may sign in as {role}.")


@users.command("sign-out")
@common
@click.argument("email")
def sign_out(data: Path | None, database: str, email: str) -> None:
    """Sign the person with EMAIL out of every browser."""
    with house(config_of(data, database)) as db:
        person = _person(email)
        click.echo(f"Signed out of {end_sessions(db, person)} browsers.")


@users.command("forget")
@common
@click.argument("email")
@click.confirmation_option(prompt="Name, address, rights and own words go for good. Go on?")
def forget(data: Path | None, database: str, email: str) -> None:
    """Forget the person with EMAIL, at their wish; what they handed in for a team stays, without their name."""
    config = config_of(data, database)
    with house(config) as db:
        person = _person(email)
        if Pairing.select().where((Pairing.mentor == person.id) & Pairing.ended.is_null()).exists():
            raise click.ClickException("this person is a mentor now: let another one take over first")
        try:
            count = forget_person(db, Erasures(config.erasures), person)
        except Conflicting as problem:
            raise click.ClickException(problem.sentence_nb) from problem
    click.echo(f"Forgotten, with {count} records about them.")


def _person(email: str) -> Person:
    person = Person.get_or_none(Person.email == email.strip().casefold())
    if person is None:
        raise click.ClickException("nobody here has that e-mail address")
    return person


# --- computers ------------------------------------------------------------------------------------------------


@click.group()
def devices() -> None:
    """See which computers are connected, or turn one away."""


@devices.command("list")
@common
def list_devices(data: Path | None, database: str) -> None:
    """List every computer, whose it is, and what it still holds."""
    with house(config_of(data, database)):
        for each in Device.select().order_by(Device.enrolled, Device.id):
            waits = f"undelivered since {each.oldest_unsent}" if each.oldest_unsent else "nothing undelivered"
            seen = each.last_seen or "never"
            click.echo(f"{each.id}  {each.state:<10} {each.person.email}  {each.name}  last seen {seen}, {waits}")
        if not Device.select().exists():
            click.echo("No computer is connected. `python server enrol EMAIL` makes a code for one.")


@devices.command("turn-away")
@common
@click.argument("device")
@click.option("--entirely", is_flag=True, help="Take nothing more from it, not even what it holds undelivered.")
def turn_device_away(data: Path | None, database: str, device: str, *, entirely: bool) -> None:
    """Take a DEVICE's rights; it may still deliver what it holds, unless --entirely."""
    with house(config_of(data, database)) as db:
        found = Device.get_or_none(Device.id == device)
        if found is None:
            raise click.ClickException("there is no such computer; `python server devices list` names them")
        turn_away(db, found, "blocked" if entirely else "drain_only")
        click.echo("It delivers nothing more." if entirely else "It may deliver what it holds, and nothing else.")


# --- work for later -------------------------------------------------------------------------------------------


@click.group()
def jobs() -> None:
    """See what is to be done later, or have it tried now."""


@jobs.command("list")
@common
def list_jobs(data: Path | None, database: str) -> None:
    """List what is not done, and why."""
    with house(config_of(data, database)):
        left = Job.select().where(Job.done.is_null()).order_by(Job.due, Job.id)
        for job in left:
            problem = f"  {job.problem}" if job.problem else ""
            click.echo(f"{job.id}  {job.kind:<12} due {_moment(job.due)}, tried {job.tries} times{problem}")
        click.echo(f"{left.count()} to do, {Job.select().where(Job.done.is_null(False)).count()} done.")


@jobs.command("retry")
@common
def retry_jobs(data: Path | None, database: str) -> None:
    """Let what failed be tried at once, when its cause is mended."""
    with house(config_of(data, database)) as db, writing(db):
        moved = Job.update(due=now()).where(Job.done.is_null() & Job.problem.is_null(False)).execute()
        click.echo(f"{moved} jobs are tried as soon as the server runs.")


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
