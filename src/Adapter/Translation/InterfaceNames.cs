using System.Text;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Translation;

/// <summary>Names of an endpoint's interface in the staging namespace, on the host and in the container.</summary>
internal static class InterfaceNames
{
    /// <summary>CNI_IFNAME: the name that kubelet's runtimes use, and that Docker gives the first interface of a container.</summary>
    public const string Sandbox = "eth0";

    /// <summary>Docker appends a number to this prefix: the lowest that is free in the container.</summary>
    public const string SandboxPrefix = "eth";

    /// <summary>Docker's endpoint option for the name in the container.</summary>
    public const string NameOption = "com.docker.network.endpoint.ifname";

    // IFNAMSIZ, without the terminating zero (netdevice(7)).
    private const int Longest = 15;
    private const string HostPrefix = "cni";
    private const int IdDigits = 12;

    /// <summary>The name in the host namespace: 15 bytes, derived from the endpoint id alone.</summary>
    public static string Host(string endpointId) => HostPrefix + (endpointId.Length > IdDigits ? endpointId[..IdDigits] : endpointId);

    /// <summary>Whether a name has the form of <see cref="Host"/>.</summary>
    public static bool IsHost(string name) =>
        name.Length == Longest && name.StartsWith(HostPrefix, StringComparison.Ordinal)
            && name.Skip(HostPrefix.Length).All(char.IsAsciiHexDigitLower);

    /// <summary>The interface name that the user requested for the container; null for the next free one.</summary>
    /// <param name="name">The option's value.</param>
    /// <param name="attach">Where the chain runs.</param>
    /// <param name="dockerTakesNames">Docker takes the name from the answer to Join.</param>
    /// <exception cref="CnmException">Docker chooses the name, or it is not a valid interface name.</exception>
    public static string? Requested(string? name, AttachMode attach, bool dockerTakesNames)
    {
        if (string.IsNullOrEmpty(name))
            return null;

        if (attach != AttachMode.Sandbox && !dockerTakesNames)
        {
            // moby daemon/libnetwork/drivers/remote reads SrcName and DstPrefix from the answer to Join; DstName only from 29.8 on.
            throw new CnmException(
                $"endpoint option {NameOption} cannot be honoured: Docker itself names the interfaces of a network driver " +
                $"{SandboxPrefix}0, {SandboxPrefix}1 and so on, before version 29.8. " +
                $"Omit the option, or create the network with -o {NetworkOptions.AttachKey}=sandbox.");
        }

        var isName = name is not ("." or ".." or "lo") && Encoding.UTF8.GetByteCount(name) <= Longest
            && !name.Any(letter => letter is '/' or ':' or '%' || char.IsWhiteSpace(letter) || char.IsControl(letter));
        return isName ? name : throw new CnmException(
            $"endpoint option {NameOption}: \"{name}\" is not a valid interface name. A name has at most {Longest} bytes, contains no " +
            "'/', ':', '%' or white space, and is not lo.");
    }
}
