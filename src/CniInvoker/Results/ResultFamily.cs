namespace CniInvoker;

/// <summary>The three shapes that results have had.</summary>
internal enum ResultFamily
{
    /// <summary>Up to 0.2.0: one address per IP version, each with its routes.</summary>
    PerIpVersion,

    /// <summary>0.3.0 to 0.4.0: lists of interfaces, addresses and routes; every address says its IP version.</summary>
    Lists,

    /// <summary>From 1.0.0: the same lists without the IP version.</summary>
    PlainLists,
}
