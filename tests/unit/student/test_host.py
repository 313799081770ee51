"""Memory of a container by its control groups, in a file system that is made up."""

from pathlib import Path

import psutil

from pad_ray.student.host import HostMemory, host_memory

MIB = 1 << 20


def group(folder: Path, **files: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(f"{content}\n")


def told(root: Path, lines: str) -> HostMemory:
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(lines)
    return host_memory(root)


def test_without_groups_it_is_the_machines(tmp_path: Path) -> None:
    whole = psutil.virtual_memory()
    assert host_memory(tmp_path).total == whole.total
    assert 0 < host_memory().available <= host_memory().total <= whole.total


def test_version_2_in_a_container(tmp_path: Path) -> None:
    mount = tmp_path / "sys/fs/cgroup"
    stat = f"anon {3 * MIB}\ninactive_file {20 * MIB}"
    group(mount, memory__max=64 * MIB, memory__current=30 * MIB, memory__stat=stat)
    assert told(tmp_path, "0::/\n") == HostMemory(64 * MIB, 54 * MIB)


def test_the_smallest_of_the_groups_around_counts(tmp_path: Path) -> None:
    mount = tmp_path / "sys/fs/cgroup"
    group(mount / "pod", memory__max=48 * MIB, memory__current=40 * MIB, memory__stat="inactive_file 0")
    group(mount / "pod/task", memory__max="max", memory__current=MIB, memory__stat="")
    assert told(tmp_path, "0::/pod/task\n") == HostMemory(48 * MIB, 8 * MIB)


def test_version_1_whose_path_is_the_hosts(tmp_path: Path) -> None:
    mount = tmp_path / "sys/fs/cgroup/memory"
    group(
        mount, **{"memory__limit_in_bytes": 32 * MIB, "memory__usage_in_bytes": 2 * MIB, "memory__stat": "cache 1"}
    )  # fmt: skip
    assert told(tmp_path, "4:memory:/docker/abc\n1:cpu:/x\n") == HostMemory(32 * MIB, 30 * MIB)
    (mount / "memory.limit_in_bytes").write_text("9223372036854771712")
    assert host_memory(tmp_path).total == psutil.virtual_memory().total
