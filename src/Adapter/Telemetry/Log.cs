namespace Bridge.Adapter.Telemetry;

/// <summary>
/// Every line of the log. Blocks of ids: 1xx Docker's calls, 2xx CNI, 3xx sandboxes, 4xx records and repair, 5xx the service, 6xx
/// autoNetworks and CNI files, 7xx published ports.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "{Method} answered in {Milliseconds:F1} ms, {PluginMilliseconds:F1} ms of it in plugins")]
    public static partial void CallAnswered(this ILogger logger, string method, double milliseconds, double pluginMilliseconds);

    [LoggerMessage(101, LogLevel.Warning,
        "{Method} refused after {Milliseconds:F1} ms, {PluginMilliseconds:F1} ms of it in plugins: {Reason}")]
    public static partial void CallRefused(
        this ILogger logger, Exception? failure, string method, double milliseconds, double pluginMilliseconds, string reason);

    [LoggerMessage(102, LogLevel.Warning, "{Method} ended after its deadline, in {Milliseconds:F1} ms: {Outcome}")]
    public static partial void LateCallEnded(this ILogger logger, string method, double milliseconds, string outcome);

    [LoggerMessage(200, LogLevel.Information,
        "CNI {Operation} of plugin {Plugin} on {CniNetwork} for {ContainerId} ended in {Milliseconds:F1} ms with {Outcome}")]
    public static partial void PluginEnded(
        this ILogger logger, string operation, string plugin, string cniNetwork, string containerId, double milliseconds, string outcome);

    [LoggerMessage(201, LogLevel.Debug, "Plugin {Plugin} wrote to stderr: {Stderr}")]
    public static partial void PluginSaid(this ILogger logger, string plugin, string stderr);

    [LoggerMessage(203, LogLevel.Information, "{Operation} of plugin {Plugin} succeeded and wrote to stdout: {Remark}")]
    public static partial void PluginRemarked(this ILogger logger, string plugin, string operation, string remark);

    [LoggerMessage(202, LogLevel.Information, "CNI {Operation} of plugin {Plugin} ended in {Milliseconds:F1} ms with {Outcome}")]
    public static partial void ProbeEnded(this ILogger logger, string operation, string plugin, double milliseconds, string outcome);

    [LoggerMessage(210, LogLevel.Warning, "{File} is not used: {Reason}")]
    public static partial void ConfigurationProblem(this ILogger logger, string file, string reason);

    [LoggerMessage(300, LogLevel.Information, "Endpoint {EndpointId} arrived in its sandbox {SandboxKey}")]
    public static partial void Arrived(this ILogger logger, string endpointId, string sandboxKey);

    [LoggerMessage(301, LogLevel.Warning,
        "The link of endpoint {EndpointId} did not arrive in its sandbox {SandboxKey} ({State}); what Docker does not move with it is " +
        "missing there")]
    public static partial void NotArrived(this ILogger logger, string endpointId, string sandboxKey, string state);

    [LoggerMessage(302, LogLevel.Warning, "Finishing the arrival of endpoint {EndpointId} failed")]
    public static partial void ArrivalFailed(this ILogger logger, Exception failure, string endpointId);

    [LoggerMessage(220, LogLevel.Warning, "Releasing reservation {ContainerId} of {CniNetwork} failed; cnm-cni retries it: {Reason}")]
    public static partial void ReleaseFailed(this ILogger logger, string containerId, string cniNetwork, string reason);

    [LoggerMessage(400, LogLevel.Warning, "{File} is not used: {Reason}")]
    public static partial void RecordUnreadable(this ILogger logger, string file, string reason);

    [LoggerMessage(420, LogLevel.Warning,
        "The record of the addresses {Addresses}, reserved for endpoint {EndpointId}, was missing; cnm-cni restored it from the " +
        "endpoint's record")]
    public static partial void ReservationMadeAgain(this ILogger logger, string endpointId, string addresses);

    [LoggerMessage(423, LogLevel.Warning,
        "The record of endpoint {EndpointId} on CNI network {CniNetwork} ({Addresses}) was lost; cnm-cni cleans up what it finds on the " +
        "host")]
    public static partial void AttachmentFoundAgain(this ILogger logger, string endpointId, string cniNetwork, string addresses);

    [LoggerMessage(421, LogLevel.Warning,
        "The record of the addresses {Addresses}, reserved for endpoint {EndpointId}, is lost, so they stay reserved: {Reason}")]
    public static partial void ReservationLost(this ILogger logger, string endpointId, string addresses, string reason);

    [LoggerMessage(422, LogLevel.Error, "Resuming or cleaning up the record {EndpointId} failed unexpectedly")]
    public static partial void NotResumed(this ILogger logger, Exception failure, string endpointId);

    [LoggerMessage(418, LogLevel.Error, "{File} could not be written; the clean-up continues")]
    public static partial void RecordNotWritten(this ILogger logger, string file, Exception failure);

    [LoggerMessage(401, LogLevel.Information, "Cleaned up endpoint {EndpointId} of {CniNetwork}: {Cause}")]
    public static partial void CleanedUp(this ILogger logger, string endpointId, string cniNetwork, string cause);

    [LoggerMessage(221, LogLevel.Information,
        "{File} of CNI network {CniNetwork} named no owner, because host-local was killed before it wrote one: removed, so that the " +
        "address is free")]
    public static partial void UnwrittenAddressFreed(this ILogger logger, string file, string cniNetwork);

    [LoggerMessage(224, LogLevel.Information,
        "Released container id {ContainerId} in {Milliseconds:F0} ms, of which {PluginMilliseconds:F0} ms in plugins")]
    public static partial void Released(
        this ILogger logger, string containerId, double milliseconds, double pluginMilliseconds);

    [LoggerMessage(230, LogLevel.Warning,
        "A warm attachment of CNI network {CniNetwork} could not be made; the next attempt comes in {Seconds:F0} s: {Reason}")]
    public static partial void NotMadeAhead(this ILogger logger, string cniNetwork, double seconds, string reason);

    [LoggerMessage(231, LogLevel.Information,
        "The attachment of endpoint {EndpointId} on CNI network {CniNetwork} is not used again: {Reason}")]
    public static partial void NotReused(this ILogger logger, string endpointId, string cniNetwork, string reason);

    [LoggerMessage(232, LogLevel.Error, "The upkeep of the warm attachments of network {NetworkId} failed unexpectedly")]
    public static partial void UpkeepFailed(this ILogger logger, Exception failure, string networkId);

    [LoggerMessage(402, LogLevel.Warning, "Cleaning up endpoint {EndpointId} of {CniNetwork} failed; cnm-cni retries it: {Reason}")]
    public static partial void CleanupFailed(this ILogger logger, string endpointId, string cniNetwork, string reason);

    [LoggerMessage(407, LogLevel.Warning, "Host port {Port} of endpoint {EndpointId} could not be reserved again: {Reason}")]
    public static partial void PortNotHeld(this ILogger logger, string port, string endpointId, string reason);

    [LoggerMessage(408, LogLevel.Warning, "A repair pass failed; cnm-cni retries it")]
    public static partial void RepairFailed(this ILogger logger, Exception failure);

    [LoggerMessage(409, LogLevel.Information, "Docker at {DockerSocket} answers")]
    public static partial void DockerAnswers(this ILogger logger, string dockerSocket);

    [LoggerMessage(410, LogLevel.Information,
        "Docker at {DockerSocket} does not answer: {Reason}. Names and the search for orphans wait; containers are not affected")]
    public static partial void DockerSilent(this ILogger logger, string dockerSocket, string reason);

    [LoggerMessage(411, LogLevel.Warning,
        "Ended process {ProcessId}, a plugin of the previous process for CNI container {ContainerId}")]
    public static partial void SurvivorEnded(this ILogger logger, int processId, string containerId);

    [LoggerMessage(412, LogLevel.Information, "Repaired {Kind}: {What}: {Why} {Done}")]
    public static partial void FindingRepaired(this ILogger logger, string kind, string what, string why, string done);

    [LoggerMessage(413, LogLevel.Warning, "Found {Kind}: {What}: {Why} {Done}")]
    public static partial void FindingLeft(this ILogger logger, string kind, string what, string why, string done);

    [LoggerMessage(414, LogLevel.Warning, "Abandoned a failed clean-up at the operator's request: {What}. {GivenUp}")]
    public static partial void GivenUp(this ILogger logger, string what, string givenUp);

    [LoggerMessage(500, LogLevel.Information,
        "Serving as Docker network driver on {Socket}: {Networks} networks and {Attachments} attachments remembered")]
    public static partial void Serving(this ILogger logger, string socket, int networks, int attachments);

    [LoggerMessage(510, LogLevel.Warning, "The service manager at {Address} could not be notified: {Reason}")]
    public static partial void NotNotified(this ILogger logger, string address, string reason);

    [LoggerMessage(511, LogLevel.Error,
        "cnm-cni does not answer on its own socket; the service manager restarts it after {Seconds} s without an answer")]
    public static partial void NoPulse(this ILogger logger, double seconds);

    [LoggerMessage(513, LogLevel.Warning,
        "The file of the socket {Socket} was missing, so Docker could not reach cnm-cni; cnm-cni restored it")]
    public static partial void SocketRestored(this ILogger logger, string socket);

    [LoggerMessage(514, LogLevel.Error,
        "The file of the socket {Socket} is missing, so Docker cannot reach cnm-cni, and cnm-cni cannot restore it: {Remedy}")]
    public static partial void SocketGone(this ILogger logger, string socket, string remedy);

    [LoggerMessage(515, LogLevel.Error, "Another process now listens on {Socket} and receives Docker's calls: stop it")]
    public static partial void SocketTaken(this ILogger logger, string socket);

    [LoggerMessage(516, LogLevel.Warning, "The lock file of the state or run directory was removed; cnm-cni holds a new one")]
    public static partial void LocksRenewed(this ILogger logger);

    [LoggerMessage(517, LogLevel.Error, "The lock file of a directory was removed, and cnm-cni could not lock it again: {Reason}")]
    public static partial void LockLost(this ILogger logger, string reason);

    [LoggerMessage(518, LogLevel.Critical, "{Service} failed, and cnm-cni ends, so that it can be started anew")]
    public static partial void BackgroundFailed(this ILogger logger, Exception failure, string service);

    [LoggerMessage(512, LogLevel.Warning,
        "{Lines} lines of this log are missing here: its reader was too slow, or they could not be written")]
    public static partial void LinesDropped(this ILogger logger, long lines);

    [LoggerMessage(520, LogLevel.Information, "Spans are sent to {Receiver}")]
    public static partial void SpansAreSent(this ILogger logger, string receiver);

    [LoggerMessage(521, LogLevel.Error, "No spans are sent; containers are not affected. Mend it, and restart cnm-cni: {Reason}")]
    public static partial void SpansAreNotSent(this ILogger logger, string reason);

    [LoggerMessage(522, LogLevel.Warning,
        "{Receiver} does not take the spans that cnm-cni sends, so they are lost; containers are not affected: {Reason}")]
    public static partial void SpansAreLost(this ILogger logger, string receiver, string reason);

    [LoggerMessage(523, LogLevel.Information, "{Receiver} takes spans again; {Spans} were lost since cnm-cni started")]
    public static partial void SpansAreTaken(this ILogger logger, string receiver, long spans);

    [LoggerMessage(524, LogLevel.Warning,
        "{Variable} is set, and cnm-cni does not read it: write the receiver into the setting traces.endpoint, or remove the variable")]
    public static partial void VariableIgnored(this ILogger logger, string variable);

    [LoggerMessage(525, LogLevel.Information, "Metrics are on http://{Address}/metrics")]
    public static partial void MetricsListen(this ILogger logger, string address);

    [LoggerMessage(526, LogLevel.Error,
        "The metrics cannot be on {Address} (setting metrics.listen): {Reason}. cnm-cni retries it; containers are not affected")]
    public static partial void MetricsDoNotListen(this ILogger logger, string address, string reason);

    [LoggerMessage(600, LogLevel.Information, "Created Docker network {NetworkId} for CNI network {CniNetwork}: {Plan}")]
    public static partial void NetworkMade(this ILogger logger, string networkId, string cniNetwork, string plan);

    [LoggerMessage(601, LogLevel.Information, "Removed Docker network {NetworkId} (\"{NetworkName}\"): {Reason}")]
    public static partial void NetworkRemoved(this ILogger logger, string networkId, string networkName, string reason);

    [LoggerMessage(602, LogLevel.Warning,
        "Docker network {NetworkId} (\"{NetworkName}\") should be removed, since {Reason}, but stays: {Obstacle}")]
    public static partial void NetworkKept(this ILogger logger, string networkId, string networkName, string reason, string obstacle);

    [LoggerMessage(603, LogLevel.Warning,
        "CNI network {CniNetwork} gets no Docker network: its name is taken by network {NetworkId} of driver {Driver}")]
    public static partial void NetworkNameTaken(this ILogger logger, string cniNetwork, string networkId, string driver);

    [LoggerMessage(604, LogLevel.Warning, "Creating a Docker network for CNI network {CniNetwork} failed; cnm-cni retries it: {Reason}")]
    public static partial void NetworkNotMade(this ILogger logger, string cniNetwork, string reason);

    [LoggerMessage(605, LogLevel.Warning, "A pass of autoNetworks failed; cnm-cni retries it")]
    public static partial void AutoNetworksFailed(this ILogger logger, Exception failure);

    [LoggerMessage(609, LogLevel.Warning, "CNI network {CniNetwork} gets no Docker network yet: {Reason}")]
    public static partial void NetworkWaits(this ILogger logger, string cniNetwork, string reason);

    [LoggerMessage(606, LogLevel.Warning, "{File}: {Warning}")]
    public static partial void OddConfiguration(this ILogger logger, string file, string warning);

    [LoggerMessage(607, LogLevel.Information,
        "CNI configuration directory: {Directory} ({Reason}). Plugin directories: {Plugins}. Socket of the container runtime: {Socket}")]
    public static partial void DirectoriesFound(this ILogger logger, string directory, string reason, string plugins, string socket);

    [LoggerMessage(608, LogLevel.Warning,
        "Looking for the directories of container runtimes failed; cnm-cni uses the previous ones and retries it")]
    public static partial void DirectoriesNotFound(this ILogger logger, Exception failure);

    [LoggerMessage(700, LogLevel.Warning,
        "Listing the firewall's port rules failed, so cnm-cni assumes that no other container uses a host port: {Reason}")]
    public static partial void FirewallNotListed(this ILogger logger, string reason);

    [LoggerMessage(701, LogLevel.Information,
        "Endpoint {EndpointId} publishes no ports: one of Docker's own networks already publishes them")]
    public static partial void PublishedByDocker(this ILogger logger, string endpointId);

    [LoggerMessage(750, LogLevel.Information, "Put back on the host for {Attachment}: {What}")]
    public static partial void Reloaded(this ILogger logger, string attachment, string what);

    [LoggerMessage(751, LogLevel.Warning, "Missing on the host for {Attachment}: {What}. Reload could not put back everything: {Reason}")]
    public static partial void NotReloaded(this ILogger logger, string attachment, string what, string reason);

    [LoggerMessage(752, LogLevel.Warning, "A pass of reload failed; the next event or interval tries it again")]
    public static partial void ReloadFailed(this ILogger logger, Exception failure);

    [LoggerMessage(753, LogLevel.Warning,
        "The kernel announces no changes of the firewall, so cnm-cni notices them only at repair.interval: {Reason}")]
    public static partial void NoFirewallEvents(this ILogger logger, string reason);

    [LoggerMessage(702, LogLevel.Warning, "The ports of endpoint {EndpointId} are not published: {Reason}")]
    public static partial void PortsNotPublished(this ILogger logger, string endpointId, string reason);
}
