# Open the workstation in a practice ward on this machine: scripts\demo.ps1 [--as city|hellowork] [--dir D]
$root = Split-Path -Parent $PSScriptRoot
& "$PSScriptRoot\setup.ps1" runtime
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
& "$root\.venv\Scripts\python.exe" -m wardclient demo @args
exit $LASTEXITCODE
