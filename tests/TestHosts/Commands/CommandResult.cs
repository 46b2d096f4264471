namespace Bridge.TestHosts.Commands;

/// <summary>The exit code (128 + signal when a signal ended the command) and the output.</summary>
public sealed record CommandResult(string CommandLine, int ExitCode, string StandardOutput, string StandardError, TimeSpan Duration)
{
    public bool Succeeded => ExitCode == 0;

    /// <summary>Standard output without its last line break.</summary>
    public string Output => StandardOutput.TrimEnd('\n');

    /// <exception cref="CommandFailedException">The command did not end with exit code 0.</exception>
    public CommandResult EnsureSuccess() => Succeeded ? this : throw new CommandFailedException(this);

    public override string ToString() =>
        $"`{CommandLine}` exited {ExitCode} after {Duration.TotalMilliseconds:F0} ms\n{StandardOutput}{StandardError}";
}
