namespace Bridge.Adapter.Telemetry;

// 7xx: published ports.
internal static partial class Log
{
    [LoggerMessage(700, LogLevel.Warning, "The firewall could not be asked which host ports lead to others' containers, so none is taken to: {Reason}")]
    public static partial void FirewallNotListed(this ILogger logger, string reason);

    [LoggerMessage(701, LogLevel.Information, "Endpoint {EndpointId} publishes nothing: one of Docker's own networks publishes its ports already")]
    public static partial void PublishedByDocker(this ILogger logger, string endpointId);

    [LoggerMessage(702, LogLevel.Warning, "The ports of endpoint {EndpointId} are not published: {Reason}")]
    public static partial void PortsNotPublished(this ILogger logger, string endpointId, string reason);
}
