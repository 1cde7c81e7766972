"""Draws by the workers of a Dask cluster: the same bytes, whoever of them dies."""

from __future__ import annotations

import importlib.util
import os
import signal
import threading

import pytest
from waiting import wait_for

import corridors as co
from corridors.analysis.criticality.sweep import sweep
from corridors.analysis.jobs.cluster import Cluster
from corridors.analysis.uncertainty.uncertainty import uncertainty
from corridors.cli import main
from corridors.errors import DataError

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("distributed") is None, reason="needs corridors[dask]"
    ),
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a signal that ends at once"),
    # Sockets and pipes of a process that was killed are closed when it is cleared away.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

N_DRAWS = 1000 if os.environ.get("CORRIDORS_FULL") == "1" else 60


@pytest.fixture(scope="module")
def island(tmp_path_factory):
    """Return the small example network, which is quick."""
    return co.new_network(tmp_path_factory.mktemp("cluster") / "island")


@pytest.fixture(scope="module")
def local():
    """Return two worker processes on this machine, and their scheduler."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs=50,
    ) as cluster:
        yield cluster


def test_a_worker_killed_in_the_middle_changes_no_byte(island, local, tmp_path):
    net, plan = co.load(island), str(island / "border-closed.yaml")
    whole, out = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    part = tmp_path / "two.jsonl.part"
    alone = uncertainty(net, plan, N_DRAWS, 3, workers=1, out=whole)
    victim = local.workers[0].pid
    killed = []

    def kill():
        wait_for(lambda: part.exists() and part.read_bytes().count(b"\n") > 4)
        os.kill(victim, signal.SIGKILL)
        killed.append(part.read_bytes().count(b"\n"))

    watch = threading.Thread(target=kill)
    watch.start()
    with Cluster.at(local.scheduler_address) as cluster:
        shared = uncertainty(net, plan, N_DRAWS, 3, out=out, executor=cluster)
    watch.join()
    assert killed[0] < N_DRAWS, "it was killed while there was work left"
    assert out.read_bytes() == whole.read_bytes()
    assert shared.to_dict() == alone.to_dict()


def test_a_sweep_by_a_cluster_is_the_sweep_of_one_process(island, local):
    net = co.load(island)
    alone = sweep(net, of=["link"], as_of="2026-03-01", workers=1)
    with Cluster.at(local.scheduler_address) as cluster:
        found = sweep(net, of=["link"], as_of="2026-03-01", executor=cluster)
    assert found.equals(alone)
    assert len(found) > 1


def test_what_goes_wrong_in_a_worker_is_raised_here(island, local):
    from operator import truediv

    with Cluster.at(local.scheduler_address) as cluster:
        assert isinstance(cluster.submit(truediv, 1, 0).exception(60), ZeroDivisionError)
        assert cluster.submit(truediv, 1, 2).result(60) == 0.5
        assert cluster.batch(1) == 1
        assert cluster.batch(10**6) == 32
    assert island.is_dir()


def test_an_address_at_which_nobody_answers_is_named(monkeypatch):
    monkeypatch.setattr("corridors.analysis.jobs.cluster.WAIT_S", 0.2)
    with (
        pytest.raises(DataError, match=r"--dask: no scheduler answers at 'tcp://127.0.0.1:9'"),
        Cluster.at("tcp://127.0.0.1:9"),
    ):
        pass


def test_the_command_names_the_address_and_ends_with_2(island, monkeypatch, capfd):
    monkeypatch.setattr("corridors.analysis.jobs.cluster.WAIT_S", 0.2)
    asked = ["sweep", "--network", str(island), "--as-of", "2026-03-01", "--of", "link"]
    monkeypatch.setattr("sys.argv", ["corridors", *asked, "--dask", "tcp://127.0.0.1:9"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capfd.readouterr().err
    assert "--dask: no scheduler answers at 'tcp://127.0.0.1:9'" in said
    assert "Traceback" not in said
