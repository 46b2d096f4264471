using System.Net.Sockets;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;

namespace Bridge.Adapter.HostPorts;

/// <summary>Why a host port cannot be published: the texts at the docker prompt.</summary>
internal static class PortRefusal
{
    /// <param name="request">The request.</param>
    /// <param name="owner">The container that publishes the port; null: none does.</param>
    /// <param name="refused">The kernel's refusal; null: it was not asked.</param>
    public static CnmException Taken(RequestedPort request, string? owner, SocketException? refused)
    {
        if (refused?.SocketErrorCode is SocketError.TooManyOpenSockets)
        {
            return new CnmException(
                "cnm-cni has reached its limit of open files, and needs one for each published port. " +
                "Raise the limit (LimitNOFILE= of its unit, or ulimit -n), or publish fewer ports.", refused);
        }

        var range = request.HostPortEnd > request.HostPort ? $"{request.HostPort}-{request.HostPortEnd}" : $"{request.HostPort}";
        var why = owner is not null
            ? $"published by {owner} already"
            : refused?.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "in use by another program on this host (ss -lnp shows which)",
                SocketError.AddressNotAvailable => "impossible, because the host does not have that address",
                _ => $"impossible: {refused?.Message}",
            };
        return new CnmException(
            $"host port {HostOf(request)}{range}/{request.Protocol} for container port {request.ContainerPort} is {why}. " +
            $"Choose another host port, or use -p {request.ContainerPort} for any free port.", refused);
    }

    /// <param name="request">The second request.</param>
    /// <param name="containerPort">The container port of the first.</param>
    public static CnmException Twice(RequestedPort request, int containerPort) => new(
        $"host port {HostOf(request)}{request.HostPort}/{request.Protocol} is requested twice, for container ports {containerPort} and " +
        $"{request.ContainerPort}. Omit one of them, or choose another host port for it.");

    private static string HostOf(RequestedPort request) =>
        request.HostIp.Length == 0 ? "" : request.HostIp.Contains(':') ? $"[{request.HostIp}]:" : $"{request.HostIp}:";
}
