namespace Bridge.Adapter.Telemetry;

// 6xx: the setting autoNetworks, and warnings about CNI files.
internal static partial class Log
{
    [LoggerMessage(600, LogLevel.Information, "Created Docker network {NetworkId} for CNI network {CniNetwork}: {Plan}")]
    public static partial void NetworkMade(this ILogger logger, string networkId, string cniNetwork, string plan);

    [LoggerMessage(601, LogLevel.Information, "Removed Docker network {NetworkId} (\"{NetworkName}\"): {Reason}")]
    public static partial void NetworkRemoved(this ILogger logger, string networkId, string networkName, string reason);

    [LoggerMessage(602, LogLevel.Warning, "Docker network {NetworkId} (\"{NetworkName}\") should be removed, since {Reason}, but stays: {Obstacle}")]
    public static partial void NetworkKept(this ILogger logger, string networkId, string networkName, string reason, string obstacle);

    [LoggerMessage(603, LogLevel.Warning, "CNI network {CniNetwork} gets no Docker network: its name is taken by network {NetworkId} of driver {Driver}")]
    public static partial void NetworkNameTaken(this ILogger logger, string cniNetwork, string networkId, string driver);

    [LoggerMessage(604, LogLevel.Warning, "Creating a Docker network for CNI network {CniNetwork} failed; cnm-cni retries it: {Reason}")]
    public static partial void NetworkNotMade(this ILogger logger, string cniNetwork, string reason);

    [LoggerMessage(605, LogLevel.Warning, "A pass of autoNetworks failed; cnm-cni retries it")]
    public static partial void AutoNetworksFailed(this ILogger logger, Exception failure);

    [LoggerMessage(606, LogLevel.Warning, "{File}: {Warning}")]
    public static partial void OddConfiguration(this ILogger logger, string file, string warning);
}
