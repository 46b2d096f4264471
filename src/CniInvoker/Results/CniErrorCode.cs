namespace CniInvoker;

/// <summary>The error codes that the specification reserves (SPEC §5, "Error"). Codes from 100 are the plugins' own.</summary>
public static class CniErrorCode
{
    /// <summary>No code: the plugin gave none, or it never got so far.</summary>
    public const uint None = 0;

    /// <summary>The version of the configuration or of the result is not supported.</summary>
    public const uint IncompatibleVersion = 1;

    /// <summary>A field of the network configuration is not supported.</summary>
    public const uint UnsupportedField = 2;

    /// <summary>The container is unknown or does not exist.</summary>
    public const uint UnknownContainer = 3;

    /// <summary>An environment variable that the operation needs is missing or invalid.</summary>
    public const uint InvalidEnvironment = 4;

    /// <summary>Reading or writing failed.</summary>
    public const uint InputOutput = 5;

    /// <summary>What was read could not be decoded.</summary>
    public const uint DecodingFailure = 6;

    /// <summary>The network configuration is invalid.</summary>
    public const uint InvalidNetworkConfiguration = 7;

    /// <summary>The network namespace is not one that can be attached.</summary>
    public const uint InvalidNetworkNamespace = 8;

    /// <summary>A condition that will pass: try again later.</summary>
    public const uint TryAgainLater = 11;

    /// <summary>STATUS: the plugin cannot serve ADD now.</summary>
    public const uint NotAvailable = 50;

    /// <summary>STATUS: the plugin cannot serve ADD now, and attached containers may have limited connectivity.</summary>
    public const uint NotAvailableLimitedConnectivity = 51;

    /// <summary>What plugins that are built with Go's library answer for every ordinary failure.</summary>
    public const uint Internal = 999;
}
