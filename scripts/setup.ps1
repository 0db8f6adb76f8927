# Make .venv, or bring it up to date: scripts\setup.ps1 [dev|runtime]
# Needs Python 3.11 or later and git, nothing else. Quiet and quick when there is nothing to do.
param([ValidateSet('dev', 'runtime')][string]$Kind = 'dev')
$root = Split-Path -Parent $PSScriptRoot
$probe = 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))'

# An environment that works keeps its Python; WARDCLIENT_PYTHON overrides the search for a new one.
$candidates = @(
    @{ Program = "$root\.venv\Scripts\python.exe"; First = @() }
    @{ Program = $env:WARDCLIENT_PYTHON; First = @() }
    @{ Program = 'py'; First = @('-3.13') }
    @{ Program = 'py'; First = @('-3.12') }
    @{ Program = 'py'; First = @('-3.11') }
    @{ Program = 'py'; First = @('-3.14') }
    @{ Program = 'python3'; First = @() }
    @{ Program = 'python'; First = @() }
)
foreach ($candidate in $candidates) {
    $program = $candidate.Program
    $first = $candidate.First
    if (-not $program -or -not (Get-Command $program -ErrorAction SilentlyContinue)) { continue }
    & $program @first -c $probe 2>$null | Out-Null
    if ($LASTEXITCODE -ne 0) { continue }
    & $program @first "$root\scripts\environment.py" $Kind
    exit $LASTEXITCODE
}

[Console]::Error.WriteLine(@'
Python 3.11 以上が見つかりません。インストールしてから、もう一度実行してください。
別の場所にある Python は、環境変数 WARDCLIENT_PYTHON で指定できます。
Python 3.11 or later was not found. Install it and run this again, or name one in WARDCLIENT_PYTHON.
'@)
exit 1
