namespace Bridge.TestHosts.Commands;

/// <summary>A command of a test host that had to succeed has failed.</summary>
public sealed class CommandFailedException(CommandResult result) : Exception(result.ToString())
{
    public CommandResult Result { get; } = result;
}
