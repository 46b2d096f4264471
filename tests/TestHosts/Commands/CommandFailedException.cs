namespace Bridge.TestHosts.Commands;

/// <summary>A command of a test host failed that had to succeed.</summary>
public sealed class CommandFailedException(CommandResult result) : Exception(result.ToString())
{
    public CommandResult Result { get; } = result;
}
