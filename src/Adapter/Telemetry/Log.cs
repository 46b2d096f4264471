namespace Bridge.Adapter.Telemetry;

/// <summary>
/// Every line the bridge logs. Ids in blocks: 1xx Docker's calls, 2xx CNI, 3xx sandboxes, 4xx memory and repair, 5xx the daemon, 6xx
/// networks that are kept.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "{Method} answered in {Milliseconds:F1} ms, {PluginMilliseconds:F1} ms of it in plugins")]
    public static partial void CallAnswered(this ILogger logger, string method, double milliseconds, double pluginMilliseconds);

    [LoggerMessage(101, LogLevel.Warning, "{Method} refused after {Milliseconds:F1} ms, {PluginMilliseconds:F1} ms of it in plugins: {Reason}")]
    public static partial void CallRefused(
        this ILogger logger, Exception? failure, string method, double milliseconds, double pluginMilliseconds, string reason);

    [LoggerMessage(102, LogLevel.Warning, "{Method}, which Docker was told is late, ended after {Milliseconds:F1} ms: {Outcome}")]
    public static partial void LateCallEnded(this ILogger logger, string method, double milliseconds, string outcome);

    [LoggerMessage(200, LogLevel.Information,
        "CNI {Operation} of plugin {Plugin} on {CniNetwork} for {ContainerId} ended in {Milliseconds:F1} ms with {Outcome}")]
    public static partial void PluginEnded(
        this ILogger logger, string operation, string plugin, string cniNetwork, string containerId, double milliseconds, string outcome);

    [LoggerMessage(201, LogLevel.Debug, "Plugin {Plugin} said on stderr: {Stderr}")]
    public static partial void PluginSaid(this ILogger logger, string plugin, string stderr);

    [LoggerMessage(203, LogLevel.Information, "Plugin {Plugin} succeeded at {Operation}, and said on stdout: {Remark}")]
    public static partial void PluginRemarked(this ILogger logger, string plugin, string operation, string remark);

    [LoggerMessage(202, LogLevel.Information, "CNI {Operation} of plugin {Plugin} ended in {Milliseconds:F1} ms with {Outcome}")]
    public static partial void ProbeEnded(this ILogger logger, string operation, string plugin, double milliseconds, string outcome);

    [LoggerMessage(210, LogLevel.Warning, "{File} is not used: {Reason}")]
    public static partial void ConfigurationProblem(this ILogger logger, string file, string reason);

    [LoggerMessage(300, LogLevel.Information, "Endpoint {EndpointId} arrived in its sandbox {SandboxKey}")]
    public static partial void Arrived(this ILogger logger, string endpointId, string sandboxKey);

    [LoggerMessage(301, LogLevel.Warning, "Endpoint {EndpointId} left for its sandbox {SandboxKey} but was not seen there ({State}); what Docker does not carry is missing in it")]
    public static partial void NotArrived(this ILogger logger, string endpointId, string sandboxKey, string state);

    [LoggerMessage(302, LogLevel.Warning, "Finishing the arrival of endpoint {EndpointId} failed")]
    public static partial void ArrivalFailed(this ILogger logger, Exception failure, string endpointId);

    [LoggerMessage(220, LogLevel.Warning, "Releasing reservation {ContainerId} of {CniNetwork} failed and will be tried again: {Reason}")]
    public static partial void ReleaseFailed(this ILogger logger, string containerId, string cniNetwork, string reason);

    [LoggerMessage(400, LogLevel.Warning, "{File} is not used: {Reason}")]
    public static partial void RecordUnreadable(this ILogger logger, string file, string reason);

    [LoggerMessage(420, LogLevel.Warning, "The record of the addresses {Addresses}, reserved for endpoint {EndpointId}, was gone; it is made again from the endpoint's")]
    public static partial void ReservationMadeAgain(this ILogger logger, string endpointId, string addresses);

    [LoggerMessage(423, LogLevel.Warning, "The record of endpoint {EndpointId} on CNI network {CniNetwork} ({Addresses}) was lost; it is undone by what the host shows of it")]
    public static partial void AttachmentFoundAgain(this ILogger logger, string endpointId, string cniNetwork, string addresses);

    [LoggerMessage(421, LogLevel.Warning, "The record of the addresses {Addresses}, reserved for endpoint {EndpointId}, is gone and cannot be made again, so that nobody will release them: {Reason}")]
    public static partial void ReservationLost(this ILogger logger, string endpointId, string addresses, string reason);

    [LoggerMessage(422, LogLevel.Error, "What an earlier process left of endpoint {EndpointId} could not be taken up again")]
    public static partial void NotResumed(this ILogger logger, Exception failure, string endpointId);

    [LoggerMessage(418, LogLevel.Error, "{File} could not be written; what it is about is undone all the same")]
    public static partial void RecordNotWritten(this ILogger logger, string file, Exception failure);

    [LoggerMessage(401, LogLevel.Information, "Cleaned up endpoint {EndpointId} of {CniNetwork}: {Cause}")]
    public static partial void CleanedUp(this ILogger logger, string endpointId, string cniNetwork, string cause);

    [LoggerMessage(402, LogLevel.Warning, "Cleaning up endpoint {EndpointId} of {CniNetwork} failed and will be tried again: {Reason}")]
    public static partial void CleanupFailed(this ILogger logger, string endpointId, string cniNetwork, string reason);

    [LoggerMessage(407, LogLevel.Warning, "Host port {Port} of endpoint {EndpointId} could not be held again: {Reason}")]
    public static partial void PortNotHeld(this ILogger logger, string port, string endpointId, string reason);

    [LoggerMessage(408, LogLevel.Warning, "A round of repair failed; the next one comes by itself")]
    public static partial void RepairFailed(this ILogger logger, Exception failure);

    [LoggerMessage(409, LogLevel.Information, "Docker at {DockerSocket} answers")]
    public static partial void DockerAnswers(this ILogger logger, string dockerSocket);

    [LoggerMessage(410, LogLevel.Information, "Docker at {DockerSocket} does not answer: {Reason}. Names and the search for orphans wait; containers are not affected")]
    public static partial void DockerSilent(this ILogger logger, string dockerSocket, string reason);

    [LoggerMessage(411, LogLevel.Warning, "Ended process {ProcessId}: a plugin that outlived the daemon which started it, at work for CNI container {ContainerId}")]
    public static partial void SurvivorEnded(this ILogger logger, int processId, string containerId);

    [LoggerMessage(412, LogLevel.Information, "Repaired {Kind}: {What}: {Why} {Done}")]
    public static partial void FindingRepaired(this ILogger logger, string kind, string what, string why, string done);

    [LoggerMessage(413, LogLevel.Warning, "Found {Kind}: {What}: {Why} {Done}")]
    public static partial void FindingLeft(this ILogger logger, string kind, string what, string why, string done);

    [LoggerMessage(414, LogLevel.Warning, "Forgot what could not be undone at an operator's word: {What}. {GivenUp}")]
    public static partial void GivenUp(this ILogger logger, string what, string givenUp);

    [LoggerMessage(500, LogLevel.Information, "Serving as Docker network driver on {Socket}: {Networks} networks and {Attachments} attachments remembered")]
    public static partial void Serving(this ILogger logger, string socket, int networks, int attachments);

    [LoggerMessage(510, LogLevel.Warning, "The service manager at {Address} could not be notified: {Reason}")]
    public static partial void NotNotified(this ILogger logger, string address, string reason);

    [LoggerMessage(511, LogLevel.Error, "The daemon does not answer on its own socket; after {Seconds} s without an answer the service manager restarts it")]
    public static partial void NoPulse(this ILogger logger, double seconds);

    [LoggerMessage(513, LogLevel.Warning, "The file of the socket {Socket} was gone, so that Docker could not reach this driver; it is there again")]
    public static partial void SocketRestored(this ILogger logger, string socket);

    [LoggerMessage(514, LogLevel.Error, "The file of the socket {Socket} is gone, so that Docker cannot reach this driver, and it cannot be made again from here: {Remedy}")]
    public static partial void SocketGone(this ILogger logger, string socket, string remedy);

    [LoggerMessage(515, LogLevel.Error, "Another process listens on {Socket} now, and Docker's calls go there: stop it")]
    public static partial void SocketTaken(this ILogger logger, string socket);

    [LoggerMessage(516, LogLevel.Warning, "Somebody removed the lock of the state or run directory; it is held again")]
    public static partial void LocksRenewed(this ILogger logger);

    [LoggerMessage(517, LogLevel.Error, "The lock of a directory was removed, and is not held again: {Reason}")]
    public static partial void LockLost(this ILogger logger, string reason);

    [LoggerMessage(512, LogLevel.Warning, "{Lines} lines of this log are missing here: its reader was too slow, or they could not be written")]
    public static partial void LinesDropped(this ILogger logger, long lines);
}
