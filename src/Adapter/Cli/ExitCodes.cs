namespace Bridge.Adapter.Cli;

internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The daemon or Docker does not answer, or says no; a check failed.</summary>
    public const int Failure = 1;

    /// <summary>The command line or the settings file is wrong.</summary>
    public const int Misuse = 2;
}
