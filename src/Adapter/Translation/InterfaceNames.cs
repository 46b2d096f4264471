using System.Text;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Translation;

/// <summary>Names of links on their way.</summary>
internal static class InterfaceNames
{
    /// <summary>CNI_IFNAME: what a kubelet's runtime uses, and what Docker calls the first interface of a container.</summary>
    public const string Sandbox = "eth0";

    /// <summary>Docker numbers the interfaces of a container behind this.</summary>
    public const string SandboxPrefix = "eth";

    /// <summary>Docker's endpoint option for the name in the container.</summary>
    public const string WishOption = "com.docker.network.endpoint.ifname";

    private const int Longest = 15;
    private const string HostPrefix = "cni";
    private const int IdDigits = 12;

    /// <summary>The name in the host namespace: 15 bytes (the most that Linux allows), the same whenever it is computed.</summary>
    public static string Host(string endpointId) => HostPrefix + (endpointId.Length > IdDigits ? endpointId[..IdDigits] : endpointId);

    /// <summary>Whether a name is of the form of those that <see cref="Host"/> gives.</summary>
    public static bool IsHost(string name) =>
        name.Length == Longest && name.StartsWith(HostPrefix, StringComparison.Ordinal) && name.Skip(HostPrefix.Length).All(char.IsAsciiHexDigitLower);

    /// <summary>The name that the user wants the interface to have in the container, where it is ours to give.</summary>
    /// <exception cref="CnmException">It is Docker's to give, or no name for an interface.</exception>
    public static string? Wished(string? name, AttachMode attach)
    {
        if (string.IsNullOrEmpty(name))
            return null;

        if (attach != AttachMode.Sandbox)
        {
            throw new CnmException(
                $"endpoint option {WishOption} cannot be honoured: Docker itself names the interfaces that a driver hands it, " +
                $"{SandboxPrefix}0, {SandboxPrefix}1 and so on. " +
                $"Leave it out, or create the network with -o {NetworkOptions.AttachKey}=sandbox.");
        }

        var isName = name is not ("." or ".." or "lo") && Encoding.UTF8.GetByteCount(name) <= Longest
            && !name.Any(letter => letter is '/' or ':' or '%' || char.IsWhiteSpace(letter) || char.IsControl(letter));
        return isName ? name : throw new CnmException(
            $"endpoint option {WishOption}: \"{name}\" is no name for an interface: at most {Longest} bytes, without '/', ':', " +
            $"'%' and white space, and not lo.");
    }
}
