# Everything: scripts\check.ps1, then the tests on two processes. Further arguments go to pytest,
# as in "scripts\test.ps1 tests/vault -k passphrase".
$root = Split-Path -Parent $PSScriptRoot
& "$PSScriptRoot\check.ps1"
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
Push-Location $root
try {
    # worksteal: a file of whole-day journeys must not hold one process while the other has nothing to do.
    & "$root\.venv\Scripts\python.exe" -m pytest -n 2 --dist worksteal @args
    exit $LASTEXITCODE
} finally {
    Pop-Location
}
