using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests;

/// <summary>
/// What tests of <c>cni.attach=sandbox</c> have in common: from Docker 28 on such a network is for docker run, before for docker network
/// connect.
/// </summary>
public abstract class DirectAttachTest(EngineHost engine) : EngineTest(engine)
{
    protected const string InternalNetwork = EngineHost.InternalNetwork;

    /// <summary>Containers that are started are in their sandbox before their networks are joined.</summary>
    protected bool StartsInSandbox => Host.Engine >= EngineVersion.V28;

    /// <summary>The name of the first interface of a container of <see cref="AttachAsync"/>.</summary>
    protected string FirstInterface => StartsInSandbox ? "eth0" : "eth1";

    /// <summary>A web server on the network: started there, or started on an internal one and connected.</summary>
    /// <param name="name">The container's name.</param>
    /// <param name="network">A network that is attached in the sandbox.</param>
    /// <param name="options">Of docker run.</param>
    protected async Task AttachAsync(string name, string network, params IEnumerable<string> options)
    {
        await DockerAsync(
            ["run", "--detach", "--name", name, "--network", StartsInSandbox ? network : InternalNetwork, .. options, Image, .. WebServer]);
        if (!StartsInSandbox)
            await DockerAsync("network", "connect", network, name);
    }

    /// <returns>The first IPv4 address of an interface, with its prefix length.</returns>
    protected async Task<string> AddressInsideAsync(string container, string ifname) =>
        (await ExecAsync(container, "ip", "-o", "-4", "addr", "show", "dev", ifname)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
}
