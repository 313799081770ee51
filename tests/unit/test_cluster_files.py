"""The cluster files are what they claim: well-formed, with token authentication on, and naming only what exists."""

import json
import os
import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[2]
CLUSTER = ROOT / "cluster"
RAY_UP = ROOT / "ray-cluster.yaml"
YAMLS = [RAY_UP, *sorted(CLUSTER.glob("*.yaml"))]
FILES = [RAY_UP, *sorted(path for path in CLUSTER.iterdir() if path.is_file())]
SBATCH = CLUSTER / "slurm.sbatch"


def documents(path):
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


def ray_clusters():
    """(file, RayCluster spec) of every KubeRay resource."""
    for path in sorted(CLUSTER.glob("*.yaml")):
        for document in documents(path):
            if document["kind"] == "RayCluster":
                yield pytest.param(document["spec"], id=path.name)
            elif document["kind"] == "RayJob":
                yield pytest.param(document["spec"]["rayClusterSpec"], id=path.name)


def pods(spec):
    return [group["template"] for group in (spec["headGroupSpec"], *spec["workerGroupSpecs"])]


def ray_up_commands(key):
    return [command for command in documents(RAY_UP)[0][key] if "ray start" in command]


@pytest.mark.parametrize("path", YAMLS, ids=lambda path: path.name)
def test_every_document_is_a_mapping(path):
    assert documents(path)
    assert all(isinstance(document, dict) for document in documents(path))


def test_ray_up_is_valid_by_rays_own_schema():
    spec = find_spec("ray")  # its folder, without the second that importing it takes
    schema = Path(spec.submodule_search_locations[0]) / "autoscaler" / "ray-schema.json"
    (config,) = documents(RAY_UP)
    jsonschema.validate(config, json.loads(schema.read_text()))


def test_ray_up_has_a_head_without_work_and_gpu_workers_within_limits():
    (config,) = documents(RAY_UP)
    types = config["available_node_types"]
    head = types.pop(config["head_node_type"])
    assert head["resources"] == {"CPU": 0}
    assert sum(kind["min_workers"] for kind in types.values()) >= 1
    assert all(kind["min_workers"] <= kind["max_workers"] <= config["max_workers"] for kind in types.values())


def test_ray_up_sends_the_token_and_what_pip_needs():
    mounts = documents(RAY_UP)[0]["file_mounts"]
    assert mounts.pop("~/.ray/auth_token") == "~/.ray/auth_token"
    assert all((ROOT / local).exists() for local in mounts.values())
    assert {"pyproject.toml", "pad_ray"} <= set(mounts.values())


def test_ray_up_turns_token_authentication_on_on_every_node():
    for key in ("head_start_ray_commands", "worker_start_ray_commands"):
        commands = ray_up_commands(key)
        assert commands and all("RAY_AUTH_MODE=token" in command for command in commands)


@pytest.mark.parametrize("spec", ray_clusters())
def test_kuberay_turns_token_authentication_on(spec):
    assert spec["authOptions"] == {"mode": "token"}


@pytest.mark.parametrize("path", [SBATCH, CLUSTER / "Containerfile"], ids=lambda path: path.name)
def test_scripts_turn_token_authentication_on(path):
    assert "RAY_AUTH_MODE=token" in path.read_text()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_asks_for_every_address(path):
    assert not re.search(r"0\.0\.0\.0|dashboard-host[=: ]+['\"]?(::|\*)", path.read_text())


def test_the_dashboard_is_on_loopback():
    assert all("--dashboard-host=127.0.0.1" in command for command in ray_up_commands("head_start_ray_commands"))
    assert "--dashboard-host=127.0.0.1" in SBATCH.read_text()
    (cluster,) = [d for d in documents(CLUSTER / "kuberay.yaml") if d["kind"] == "RayCluster"]
    assert cluster["spec"]["headGroupSpec"]["rayStartParams"]["dashboard-host"] == "127.0.0.1"


@pytest.mark.parametrize("name", ["kuberay.yaml", "rayjob.yaml"])
def test_a_network_policy_guards_every_pod(name):
    """For a RayJob the dashboard must answer KubeRay's operator: then the operator and no other namespace reaches it."""
    resources = {document["kind"]: document for document in documents(CLUSTER / name)}
    policy = resources["NetworkPolicy"]["spec"]
    guarded = policy["podSelector"]["matchLabels"].items()
    templates = pods(
        resources["RayCluster"]["spec"] if name == "kuberay.yaml" else resources["RayJob"]["spec"]["rayClusterSpec"]
    )
    if name == "rayjob.yaml":
        templates.append(resources["RayJob"]["spec"]["submitterPodTemplate"])
    assert all(guarded <= template["metadata"]["labels"].items() for template in templates)
    from_elsewhere = [rule for rule in policy["ingress"] if any("namespaceSelector" in peer for peer in rule["from"])]
    for rule in from_elsewhere:
        (peer,) = rule["from"]
        assert rule["ports"] in ([{"port": 8080}], [{"port": 8265}])
        assert rule["ports"] == [{"port": 8080}] or "podSelector" in peer


@pytest.mark.parametrize("spec", ray_clusters())
def test_pods_are_unprivileged_share_the_runs_and_have_shared_memory(spec):
    assert spec["headGroupSpec"]["serviceType"] == "ClusterIP"
    for template in pods(spec):
        pod = template["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        (container,) = pod["containers"]
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["resources"]["requests"] == container["resources"]["limits"]
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        assert {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]} == {
            "runs": "/runs",
            "shm": "/dev/shm",
        }
        assert volumes["runs"]["persistentVolumeClaim"]["claimName"] == "pad-ray-runs"
        assert volumes["shm"]["emptyDir"]["medium"] == "Memory"


@pytest.mark.parametrize("spec", ray_clusters())
def test_only_workers_have_gpus(spec):
    head, *workers = ([c["resources"]["limits"] for c in pod["spec"]["containers"]] for pod in pods(spec))
    assert spec["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"
    assert not any("nvidia.com/gpu" in limits for limits in head)
    assert all("nvidia.com/gpu" in limits for group in workers for limits in group)


@pytest.mark.parametrize("spec", ray_clusters())
def test_kuberay_runs_the_ray_that_is_pinned(spec):
    assert f"]=={spec['rayVersion']}" in re.search(r'"ray\[[^"]*"', (ROOT / "pyproject.toml").read_text()).group()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_job_config_and_cluster_file_named_exists(path):
    named = re.findall(r"\b(?:jobs|configs|cluster)/[\w.-]+\.(?:py|ya?ml|sbatch|md)\b", path.read_text())
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_submitted_run_has_an_absolute_run_dir():
    (job,) = [document for document in documents(CLUSTER / "rayjob.yaml") if document["kind"] == "RayJob"]
    assert re.search(r"\brun_dir=/runs/", job["spec"]["entrypoint"])
    assert "run_dir=/mnt/runs/" in RAY_UP.read_text()
    assert "run_dir=/mnt/runs/" in (CLUSTER / "README.md").read_text()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_links_and_images_name_no_machine_and_no_registry(path):
    text = path.read_text()
    images = re.findall(r"(?:image: |FROM |BASE=|-t )([\w./:-]+)", text)
    assert [image for image in images if "." in image.split("/")[0] and "/" in image] == []
    for link in re.findall(r"\]\(([^)#]+)\)", text) if path.suffix == ".md" else []:
        assert (path.parent / link).exists(), link


@pytest.fixture
def slurm(tmp_path):
    """A checkout and an allocation of two nodes, with stubs that write down how they are called."""
    calls, commands = tmp_path / "calls", tmp_path / "bin"
    commands.mkdir()
    (commands / "activate").write_text("")
    stubs = {
        "scontrol": "printf 'node1\\nnode2\\n'",
        # Like the real one, which waits for both nodes: what starts them runs in the background.
        "python": "[[ $1 == -c ]] && echo 10.0.0.1 && exit; cat > /dev/null\n"
        f"until (( $(grep -c 'srun .*ray start' {calls}) == 2 )); do sleep 0.02; done",
        "srun": "[[ $* == *'ray start'* ]] && exec sleep 60 || true",
        "ray": '[[ $1 == get-auth-token ]] && { mkdir -p "$HOME/.ray"; echo secret > "$HOME/.ray/auth_token"; echo secret; };'
        ' [[ $1 == job ]] && exit "${JOB_EXIT:-0}"; exit 0',
    }
    for name, body in stubs.items():
        (commands / name).write_text(f'#!/usr/bin/env bash\necho "{name} $*" >> {calls}\n{body}\n')
        (commands / name).chmod(0o755)

    def run(*arguments, **extra):
        environment = {
            "PATH": f"{commands}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "SLURM_SUBMIT_DIR": str(tmp_path),
            "SLURM_JOB_ID": "7",
            "SLURM_JOB_NODELIST": "node[1-2]",
            "SLURM_CPUS_PER_TASK": "8",
            "VENV": str(tmp_path),
            **extra,
        }
        done = subprocess.run(
            ["bash", str(SBATCH), *arguments], env=environment, capture_output=True, text=True, timeout=30
        )
        return done, calls.read_text()

    return run


def test_bash_accepts_the_sbatch():
    subprocess.run(["bash", "-n", str(SBATCH)], check=True)


def test_slurm_starts_head_and_workers_submits_and_stops(slurm, tmp_path):
    done, calls = slurm("configs/quickstart.yaml", "student.workers=8")
    assert done.returncode == 0, done.stderr
    assert re.search(r"srun .*--nodelist=node1 ray start --head .*--node-ip-address=10.0.0.1", calls)
    assert re.search(r"srun .*--nodes=1 --exclude=node1 ray start .*--address=10.0.0.1:6379", calls)
    submitted = f"python jobs/distill.py configs/quickstart.yaml run_dir={tmp_path}/runs/quickstart student.workers=8"
    assert f"ray job submit --address http://127.0.0.1:8265 --working-dir . -- {submitted}" in calls
    assert calls.splitlines()[-1].endswith("rm -rf /tmp/ray-7")


def test_slurm_makes_a_token_that_only_the_user_reads_and_shows_it_nowhere(slurm, tmp_path):
    done, calls = slurm()
    assert (tmp_path / ".ray" / "auth_token").stat().st_mode & 0o777 == 0o600
    assert "secret" not in done.stdout + done.stderr + calls


def test_slurm_keeps_a_token_that_is_there(slurm, tmp_path):
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray" / "auth_token").write_text("mine")
    _, calls = slurm()
    assert "get-auth-token" not in calls
    assert (tmp_path / ".ray" / "auth_token").read_text() == "mine"


def test_slurm_passes_on_that_the_job_failed(slurm):
    done, calls = slurm(JOB_EXIT="1")
    assert done.returncode == 1
    assert "rm -rf /tmp/ray-7" in calls
